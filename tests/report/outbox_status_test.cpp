#include "report/outbox_status.hpp"

#include "report/deliveries.hpp"
#include "tests/report/outbox_world.hpp"

namespace {

using std::chrono::days;
using support::for_each_database;
using support::may_first;
using support::must;
using support::next_morning;

}  // namespace

TEST_CASE("the status counts what is open, done and not reported yet", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = support::open_store(url);
    CHECK(must(report::outbox_status(*database, next_morning)).deliveries.empty());
    support::count(*database, may_first, support::row_of("example.com", "mailto:a@example.com"), 2);
    support::count(*database, may_first, support::row_of("example.net", ""), 2);
    support::make(*database);
    support::count(*database, may_first + days(1), support::row_of("example.com", ""), 7);
    const auto due = must(report::due_deliveries(*database, next_morning, 10));
    REQUIRE(due.size() == 1);
    report::OutboxStatus status = must(report::outbox_status(*database, next_morning));
    CHECK(status.reports == std::map<std::string, std::uint64_t>{{"made", 1}, {"unwanted", 1}});
    CHECK(status.deliveries == std::map<std::string, std::uint64_t>{{"asking", 1}});
    CHECK(status.messages_unreported == 7);
    CHECK(status.oldest_open == next_morning);
    CHECK(status.suppressions.empty());

    const report::Submitted refused{.outcome = report::Submitted::Outcome::permanent,
                                    .stage = report::Submitted::Stage::recipient,
                                    .code = 550,
                                    .about_mailbox = true,
                                    .reason = "RCPT: 550 5.1.1 no"};
    static_cast<void>(must(report::settle(*database, due[0], refused, {}, next_morning)));
    status = must(report::outbox_status(*database, next_morning));
    CHECK_FALSE(status.oldest_open);
    REQUIRE(status.suppressions.size() == 1);
    CHECK(status.suppressions[0].destination == "a@example.com");
    CHECK(status.suppressions[0].until == next_morning + days(7));
  });
}

TEST_CASE("reports are listed by domain and day", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = support::open_store(url);
    for (const char* domain : {"example.com", "example.net"}) {
      support::count(*database, may_first, support::row_of(domain, ""));
      support::count(*database, may_first - days(1), support::row_of(domain, ""));
    }
    support::make(*database);
    CHECK(must(report::list_reports(*database, {})).size() == 4);
    CHECK(must(report::list_reports(*database, {.reports_max = 3})).size() == 3);
    CHECK(must(report::list_reports(*database, {.since = may_first})).size() == 2);
    const auto one =
        must(report::list_reports(*database, {.since = may_first, .policy_domain = "example.net"}));
    REQUIRE(one.size() == 1);
    CHECK(one[0].policy_domain == "example.net");
    CHECK(one[0].state == "unwanted");
    CHECK(one[0].made == next_morning);
  });
}
