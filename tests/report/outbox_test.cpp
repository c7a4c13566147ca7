#include "report/outbox.hpp"

#include <thread>

#include "report/deliveries.hpp"
#include "tests/report/outbox_world.hpp"

namespace {

using namespace std::chrono_literals;
using report::ListedReport;
using std::chrono::days;
using store::Database;
using support::for_each_database;
using support::listed;
using support::make;
using support::may_first;
using support::next_morning;
using support::open_store;
using support::row_of;

const base::Domain example = base::Domain::parse("example.com").value();

std::string preview(Database& database, store::Day day) {
  return support::must(report::preview_xml(database, support::outbox_options(), example, day))
      .value_or("nothing");
}

std::uint64_t messages_reported(Database& database) {
  std::uint64_t sum = 0;
  for (const ListedReport& report : listed(database))
    sum += report.messages;
  return sum;
}

}  // namespace

TEST_CASE("a day's counts become one report, once", "[report][RFC 9990 §3.1]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    store::ReportRow other = row_of("example.com", "mailto:rua@example.com");
    other.source_ip = "192.0.2.9";
    support::count(*database, may_first, row_of("example.com", "mailto:rua@example.com"), 3);
    support::count(*database, may_first, other, 2);
    support::count(*database, may_first, row_of("example.net", "mailto:rua@example.net"), 1);
    CHECK(make(*database).reports == 2);
    CHECK(make(*database).reports == 0);
    const auto reports = listed(*database);
    REQUIRE(reports.size() == 2);
    CHECK(reports[0].policy_domain == "example.com");
    CHECK(reports[0].records == 2);
    CHECK(reports[0].messages == 5);
    CHECK(reports[0].id.size() == 32);
    CHECK(support::deliveries(*database) == "asking rua@example.com");
  });
}

TEST_CASE("a day is reported when it is over, and spools had time", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    support::count(*database, may_first, row_of("example.com", "mailto:rua@example.com"));
    const auto options = support::outbox_options();
    CHECK(make(*database, options, may_first + 23h).reports == 0);
    CHECK(make(*database, options, may_first + days(1) + 119min).reports == 0);
    CHECK(make(*database, options, may_first + days(1) + 120min).reports == 1);
  });
}

TEST_CASE("days nobody reported in time are made up for, a week back", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    for (int day = 0; day < 10; ++day) {
      support::count(*database, may_first - days(day),
                     row_of("example.com", "mailto:rua@example.com"));
    }
    CHECK(make(*database).reports == 7);
    CHECK(listed(*database).back().day == may_first - days(6));
    CHECK(messages_reported(*database) == 7);
    CHECK(make(*database).reports == 0);
  });
}

TEST_CASE("what is counted late goes into the next report, once", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    const auto row = row_of("example.com", "mailto:rua@example.com");
    support::count(*database, may_first, row, 3);
    make(*database);
    const std::string first = preview(*database, may_first);
    support::count(*database, may_first, row, 4);  // A gateway comes back.
    SECTION("the day has its report, and keeps it as it is") {
      CHECK(make(*database).reports == 0);
      CHECK(preview(*database, may_first) == first);
      CHECK(listed(*database).size() == 1);
    }
    SECTION("the next day's mail and the late mail are one record") {
      support::count(*database, may_first + days(1), row, 5);
      CHECK(make(*database, support::outbox_options(), next_morning + days(1)).reports == 1);
      const ListedReport next = listed(*database).front();
      CHECK(next.day == may_first + days(1));
      CHECK(next.records == 1);
      CHECK(next.messages == 9);
    }
    SECTION("without mail of the next day there is a report all the same") {
      CHECK(make(*database, support::outbox_options(), next_morning + days(1)).reports == 1);
      CHECK(listed(*database).front().messages == 4);
      CHECK(make(*database, support::outbox_options(), next_morning + days(2)).reports == 0);
    }
  });
}

TEST_CASE("of a day's policies the last one counts", "[report][RFC 9990 §3.1]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    store::ReportRow old = row_of("example.com", "mailto:old@example.com");
    store::ReportRow last = row_of("example.com", "mailto:new@example.com");
    last.published.p = "quarantine";
    // Its text found no room in the event: it says less than the others.
    store::ReportRow short_of_room = row_of("example.com", "");
    short_of_room.published.record.clear();
    support::count(*database, may_first + 23h, last, 1);
    support::count(*database, may_first + 1h, old, 5);
    support::count(*database, may_first + 22h, last, 1);
    support::count(*database, may_first + 23h + 59min, short_of_room, 1);
    const std::string xml = preview(*database, may_first);
    CHECK_THAT(xml, Catch::Contains("<p>quarantine</p>"));
    CHECK_THAT(xml, Catch::Contains("The policy changed: 6 of the messages"));
    CHECK(make(*database).reports == 1);
    CHECK(preview(*database, may_first) == xml);
    CHECK(support::deliveries(*database) == "asking new@example.com");
  });
}

TEST_CASE("a report of too many records says what it leaves out", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    report::OutboxOptions options = support::outbox_options();
    store::ReportRow row = row_of("example.com", "mailto:rua@example.com");
    for (int i = 1; i <= 5; ++i) {
      row.source_ip = "192.0.2." + std::to_string(i);
      support::count(*database, may_first, row, i);
    }
    options.records_max = 5;
    const auto whole = report::preview_xml(*database, options, example, may_first);
    CHECK_FALSE(support::must(whole)->contains("<error>"));
    options.records_max = 2;
    const auto before = support::must(report::preview_xml(*database, options, example, may_first));
    CHECK_THAT(*before, Catch::Contains("6 messages, of 3 more records, found no room in it."));
    const report::Made made = make(*database, options);
    CHECK(made.reports == 1);
    CHECK(made.left_out == 6);
    CHECK(listed(*database).front().records == 2);
    CHECK(listed(*database).front().messages == 9);
    CHECK(preview(*database, may_first) == *before);
    // They are in no later report either.
    CHECK(make(*database, options, next_morning + days(1)).reports == 0);
  });
}

TEST_CASE("a counter that cannot be read costs no other its report", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    store::ReportRow other = row_of("example.com", "mailto:rua@example.com");
    other.source_ip = "192.0.2.9";
    support::count(*database, may_first, row_of("example.com", "mailto:rua@example.com"), 3);
    support::count(*database, may_first, row_of("a.example", "mailto:rua@a.example"), 2);
    support::must(database->execute("UPDATE report_rows SET row_json = '{\"published\": 7}'"));
    support::count(*database, may_first, other, 4);
    CHECK(make(*database).left_out == 3);
    const auto reports = listed(*database);
    REQUIRE(reports.size() == 2);
    CHECK(reports[0].why == "its counts cannot be read");
    CHECK(reports[1].messages == 4);
  });
}

TEST_CASE("domains that asked for no report are not looked at again", "[report]") {
  struct Row {
    const char* rua;
    const char* why;
  };
  const Row table[] = {
      {"", "no rua"},
      {"https://example.com/", "no usable rua: not_mailto https://example.com/"},
      {"mailto:a%0d%0aBcc:x@example.com", "no usable rua: control_character"},
  };
  for_each_database([&](const std::string& url) {
    const auto database = open_store(url);
    report::OutboxOptions options = support::outbox_options();
    options.copy_to = {support::mailbox("centre@cert.example")};
    store::Day day = may_first;
    for (const Row& row : table) {
      support::count(*database, day, row_of("example.com", row.rua));
      const report::Made made = make(*database, options, day + days(1) + 3h);
      CHECK(made.reports == 0);
      CHECK(made.unwanted == 1);
      const ListedReport report = listed(*database).front();
      CHECK(report.state == "unwanted");
      CHECK_THAT(report.why, Catch::StartsWith(row.why));
      CHECK(report.deliveries.empty());
      CHECK(make(*database, options, day + days(1) + 3h).unwanted == 0);
      day += days(1);
    }
  });
}

TEST_CASE("mail that causes no report is in the reports of other mail only", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    const auto row = row_of("example.com", "mailto:rua@example.com");
    support::count(*database, may_first, row, 2, false);
    CHECK(make(*database).unwanted == 1);
    support::count(*database, may_first + days(1), row, 2, false);
    support::count(*database, may_first + days(1), row, 1, true);
    CHECK(make(*database, support::outbox_options(), next_morning + days(1)).reports == 1);
    CHECK(listed(*database).front().messages == 3);
  });
}

TEST_CASE("copies go where the operator says, whoever consents", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    report::OutboxOptions options = support::outbox_options();
    options.copy_to = {support::mailbox("centre@cert.example"),
                       support::mailbox("rua@example.com")};
    support::count(*database, may_first,
                   row_of("example.com", "mailto:rua@example.com,mailto:x@dest.example"));
    make(*database, options);
    CHECK(support::deliveries(*database) ==
          "waiting centre@cert.example, waiting rua@example.com, asking x@dest.example");
  });
}

TEST_CASE("of a hostile rua a few mailboxes are kept", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    std::string rua = "javascript:alert(1),mailto:a@b%0aBcc:c@d.example";
    for (int i = 0; i < 200; ++i)
      rua += ",mailto:m" + std::to_string(i) + "@dest.example";
    support::count(*database, may_first, row_of("example.com", rua));
    CHECK(make(*database).reports == 1);
    CHECK(listed(*database).front().deliveries.size() == 10);
  });
}

TEST_CASE("a preview is the report that was made, or would be", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    CHECK(preview(*database, may_first) == "nothing");
    support::count(*database, may_first, row_of("example.com", "mailto:rua@example.com"), 3);
    const std::string before = preview(*database, may_first);
    CHECK_THAT(before, Catch::Contains("<count>3</count>"));
    make(*database);
    CHECK(preview(*database, may_first) == before);
    CHECK_THAT(before, Catch::Contains(listed(*database).front().id));
  });
}

TEST_CASE("many senders at once make each report once, of every count", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    constexpr int domains = 20;
    for (int i = 0; i < domains; ++i) {
      const std::string domain = "d" + std::to_string(i) + ".example";
      support::count(*database, may_first, row_of(domain, "mailto:rua@" + domain), 3);
    }
    std::vector<std::thread> senders;
    for (int i = 0; i < 4; ++i) {
      senders.emplace_back([&url] {
        const auto own = store::open_database(url);
        if (own) {
          static_cast<void>(report::make_reports(**own, support::outbox_options(), next_morning));
        }
      });
    }
    for (std::thread& sender : senders)
      sender.join();
    make(*database);
    CHECK(listed(*database).size() == domains);
    CHECK(messages_reported(*database) == 3 * domains);
  });
}

TEST_CASE("old reports go, their bodies earlier", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = open_store(url);
    support::count(*database, may_first, row_of("example.com", "mailto:rua@example.com"));
    make(*database);
    const std::string id = listed(*database).front().id;
    support::must(report::expire_reports(*database, next_morning + days(29)));
    CHECK_FALSE(support::must(report::report_body(*database, id)).empty());
    support::must(report::expire_reports(*database, next_morning + days(31)));
    CHECK(support::must(report::report_body(*database, id)).empty());
    CHECK(listed(*database).size() == 1);
    support::must(report::expire_reports(*database, next_morning + days(401)));
    CHECK(listed(*database).empty());
    CHECK(make(*database, support::outbox_options(), next_morning + days(401)).reports == 0);
  });
}
