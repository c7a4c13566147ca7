#include "report/run.hpp"

#include "tests/report/outbox_world.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/smtp_server.hpp"

namespace {

using namespace std::chrono_literals;
using report::RunOptions;
using store::Database;
using support::for_each_database;
using support::may_first;
using support::must;
using support::next_morning;

using Lines = std::vector<std::string>;

// A run at a time of its own, and what it said.
struct Run {
  report::SendResult result;
  Lines log;
  Lines warnings;
};

Run run_reporter(Database& database, const std::string& relay, const RunOptions& options,
                 base::WallTime now = next_morning) {
  auto submitter =
      must(report::Submitter::open({.url = relay}, base::Domain::parse("mx.example.org").value()));
  support::FakeResolver dns;
  Run run;
  run.result = must(report::make_and_send(
      database, dns, submitter, options,
      {.send = {.now = [now] { return now; },
                .pause = [](std::chrono::milliseconds) {},
                .log = [&](const std::string& line) { run.log.push_back(line); }},
       .warn = [&](const std::string& line) { run.warnings.push_back(line); }}));
  return run;
}

RunOptions aggregate_only() { return {.aggregate = support::outbox_options()}; }

void count(Database& database, const std::string& domain, int messages = 1) {
  support::count(database, may_first, support::row_of(domain, "mailto:rua@" + domain), messages);
}

}  // namespace

TEST_CASE("a run makes what is due and sends it", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = support::open_store(url);
    count(*database, "example.com");
    support::SmtpServer server({});
    const Run first = run_reporter(*database, server.url(), aggregate_only());
    CHECK(first.result.sent == 1);
    CHECK(first.log.front() == "made=1 unwanted=0");
    CHECK(first.warnings.empty());
    const Run second = run_reporter(*database, server.url(), aggregate_only());
    CHECK(second.result.sent == 0);
    CHECK(second.log == Lines{"made=0 unwanted=0"});
    CHECK(server.received().size() == 1);
  });
}

TEST_CASE("a run that makes nothing sends what was made before", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = support::open_store(url);
    count(*database, "example.com");
    support::make(*database);
    count(*database, "example.net");
    support::SmtpServer server({});
    CHECK(run_reporter(*database, server.url(), {}).result.sent == 1);
    CHECK(support::listed(*database).size() == 1);
  });
}

TEST_CASE("messages that found no room in a report are a warning", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = support::open_store(url);
    count(*database, "example.com", 2);
    store::ReportRow other = support::row_of("example.com", "mailto:rua@example.com");
    other.header_from = "other.example.com";
    support::count(*database, may_first, other, 3);
    RunOptions options = aggregate_only();
    options.aggregate->records_max = 1;
    support::SmtpServer server({});
    const Run full = run_reporter(*database, server.url(), options);
    REQUIRE(full.warnings.size() == 1);
    CHECK_THAT(full.warnings[0],
               Catch::EndsWith(" messages found no room in a report ([report] records_max)"));
  });
}

TEST_CASE("failure reports are made where the site tells of failures", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = support::open_store(url);
    RunOptions options;
    options.failures =
        report::FailureOptions{.reporter = support::outbox_options().reporter, .domains = {}};
    support::SmtpServer server({});
    CHECK(run_reporter(*database, server.url(), options).log == Lines{"failures=0 dropped=0"});
  });
}

TEST_CASE("a run whose clock is a year ahead deletes no report", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = support::open_store(url);
    count(*database, "example.com");
    support::SmtpServer server({});
    CHECK(run_reporter(*database, server.url(), aggregate_only()).result.sent == 1);
    static_cast<void>(
        run_reporter(*database, server.url(), aggregate_only(), next_morning + 24h * 365));
    CHECK(support::listed(*database).size() == 1);
  });
}
