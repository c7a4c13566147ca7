#include "report/failure_queue.hpp"

#include "report/report_sender.hpp"
#include "store/store.hpp"
#include "tests/report/outbox_world.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/sample_event.hpp"
#include "tests/support/smtp_server.hpp"

namespace {

using namespace std::chrono_literals;
using event::Event;
using store::Database;
using support::for_each_database;
using support::must;

const std::string asking = "v=DMARC1; p=reject; ruf=mailto:ruf@example.com";
const base::WallTime next_hour = support::sample_event().time + 1h;

base::Domain domain(const char* name) { return base::Domain::parse(name).value(); }

// A forged message of example.com that the daemon marked.
Event failed(const std::string& id, const std::string& record = asking) {
  Event event = support::sample_event();
  event.id = id;
  event.failure_headers = "From: 0123456789abcdef@example.com\n";
  for (dns::Lookup& lookup : event.facts.dns) {
    if (lookup.question.name == "_dmarc.example.com") lookup.answer.records = {record};
  }
  return event;
}

store::Store store_with(const std::string& url, const std::vector<Event>& events) {
  store::Store store = must(store::Store::open(url));
  store::Batch batch;
  batch.spool = "s";
  batch.segment = "t";
  batch.end = 1;
  for (const Event& event : events)
    batch.events.push_back({event, event::to_line(event)});
  static_cast<void>(must(store.commit(batch)));
  return store;
}

report::FailureOptions options() {
  return {.reporter = support::outbox_options().reporter, .domains = {domain("example.com")}};
}

report::Made make(store::Store& store, const report::FailureOptions& chosen = options(),
                  base::WallTime now = next_hour) {
  return must(report::make_failure_reports(store.database(), chosen, now));
}

// How many reports there are of one event.
std::uint64_t reports_of(const std::string& url, const Event& event) {
  store::Store store = store_with(url, {event});
  return make(store).reports;
}

}  // namespace

TEST_CASE("messages of one incident are one report", "[report][RFC 9991 §8.1]") {
  for_each_database([](const std::string& url) {
    Event elsewhere = failed("4");
    elsewhere.connection.client = base::IpAddress::parse("192.0.2.99");
    store::Store store = store_with(url, {failed("1"), failed("2"), failed("3"), elsewhere});
    CHECK(make(store, options(), next_hour - 1h).reports == 0);  // Its hour is not over.
    CHECK(make(store).reports == 2);
    CHECK(make(store).reports == 0);
    const auto reports = support::listed(store.database());
    REQUIRE(reports.size() == 2);
    CHECK(reports[0].kind == report::ReportKind::failure);
    CHECK(reports[0].messages + reports[1].messages == 4);
    CHECK(reports[0].deliveries.at(0).destination == "ruf@example.com");
  });
}

TEST_CASE("failures nobody wants, or may be told, are dropped", "[report][RFC 9991 §2]") {
  for_each_database([](const std::string& url) {
    Event unmarked = failed("1");
    unmarked.failure_headers.clear();
    CHECK(reports_of(url, unmarked) == 0);
  });
  for_each_database([](const std::string& url) {
    CHECK(reports_of(url, failed("1", "v=DMARC1; p=reject")) == 0);
  });
  for_each_database(
      [](const std::string& url) { CHECK(reports_of(url, failed("1", asking + "; psd=y")) == 0); });
  for_each_database([](const std::string& url) {
    Event bounce = failed("1");
    bounce.envelope.mail_from = "";
    CHECK(reports_of(url, bounce) == 0);
  });
  for_each_database([](const std::string& url) {
    Event to_us = failed("1");
    to_us.envelope.mail_from = "reports@mx.example.org";
    CHECK(reports_of(url, to_us) == 0);
  });
  for_each_database([](const std::string& url) {
    store::Store store = store_with(url, {failed("1")});
    report::FailureOptions others = options();
    others.domains = {domain("example.net")};
    const report::Made made = make(store, others);
    CHECK(made.reports == 0);
    CHECK(made.unwanted == 1);
  });
}

TEST_CASE("of one minute only so many incidents are told", "[report][RFC 9991 §8.1]") {
  for_each_database([](const std::string& url) {
    std::vector<Event> events;
    for (int i = 1; i <= 5; ++i) {
      Event& event = events.emplace_back(failed(std::to_string(i)));
      event.connection.client = base::IpAddress::parse("192.0.2." + std::to_string(i));
    }
    events.back().time += 1min;
    store::Store store = store_with(url, events);
    report::FailureOptions few = options();
    few.per_minute = 2;
    const report::Made made = make(store, few);
    CHECK(made.reports == 3);
    CHECK(made.unwanted == 2);
  });
}

TEST_CASE("a failure report goes to whom consents, without a local part of the message",
          "[report][RFC 9991 §5]") {
  for_each_database([](const std::string& url) {
    store::Store store =
        store_with(url, {failed("1", asking + ",mailto:x@other.example"), failed("2", asking)});
    make(store);
    support::FakeResolver dns;
    support::SmtpServer server({});
    auto submitter = must(report::Submitter::open({.url = server.url()}, domain("mx.example.org")));
    const auto send = [&](const std::optional<report::FailureReporter>& failure) {
      return must(report::send_reports(store.database(), dns, submitter, {.failure = failure},
                                       {.now = [] { return next_hour; },
                                        .pause = [](std::chrono::milliseconds) {},
                                        .log = [](const std::string&) {}}));
    };
    const report::SendResult result =
        send(report::FailureReporter{.mailbox = support::mailbox("reports@mx.example.org"),
                                     .authserv_id = domain("mx.example.org"),
                                     .key = "a secret of the site"});
    CHECK(result.sent == 1);
    CHECK(support::deliveries(store.database()) == "sent ruf@example.com, refused x@other.example");
    REQUIRE(server.received().size() == 1);
    const std::string mail = server.received()[0].data;
    CHECK_THAT(mail, Catch::Contains("Feedback-Type: auth-failure") &&
                         Catch::Contains("Incidents: 2") &&
                         Catch::Contains("From: 0123456789abcdef@example.com"));
    CHECK_FALSE(mail.contains("alice"));
  });
}
