#include "store/report_counts.hpp"

#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "store/sql.hpp"
#include "store/store.hpp"
#include "store/time_columns.hpp"
#include "tests/support/databases.hpp"

namespace {

using store::Counted;
using store::Database;
using store::Day;
using namespace std::chrono_literals;

const Day friday = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
const Day saturday = friday + std::chrono::days(1);

store::ReportRow row(std::string policy_domain, std::string source_ip) {
  store::ReportRow row;
  row.policy_domain = std::move(policy_domain);
  row.source_ip = std::move(source_ip);
  return row;
}

std::unique_ptr<Database> open_counted(const std::string& url) {
  REQUIRE(store::Store::open(url));
  return *store::open_database(url);
}

// "day domain messages causes last" of each row; day and milliseconds since friday.
std::multiset<std::string> counters(Database& database) {
  const auto rows =
      database.execute("SELECT day, policy_domain, messages, causes, last_ms FROM report_rows");
  REQUIRE(rows);
  std::multiset<std::string> all;
  for (const store::SqlRow& row : *rows) {
    all.insert(std::to_string(store::number(row[0]) - store::number_of(friday)) + ' ' +
               store::text(row[1]) + ' ' + std::to_string(store::number(row[2])) + ' ' +
               std::to_string(store::number(row[3])) + ' ' +
               std::to_string(store::number(row[4]) - store::milliseconds_of(friday)));
  }
  return all;
}

base::Result<void> commit(Database& database, const std::vector<Counted>& messages) {
  return store::in_transaction(database, [&] { return store::count(database, messages); });
}

}  // namespace

TEST_CASE("equal rows of a day and domain are counted up", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = open_counted(url);
    const store::ReportRow first = row("a.example", "192.0.2.1");
    const store::ReportRow second = row("a.example", "192.0.2.2");
    REQUIRE(commit(*database, {{friday + 2h, first, true},
                               {saturday - 1ms, first, true},
                               {friday + 1h, row("b.example", "192.0.2.1"), false}}));
    REQUIRE(commit(
        *database,
        {{friday + 3h, first, false}, {friday + 4h, second, true}, {saturday, first, true}}));
    // Day, domain, messages, causes, time of the last.
    const std::multiset<std::string> expected = {
        "0 a.example 3 2 86399999", "0 a.example 1 1 14400000", "0 b.example 1 0 3600000",
        "1 a.example 1 1 86400000"};
    CHECK(counters(*database) == expected);
  });
}

TEST_CASE("a domain's rows of a day are bounded, and no message is lost", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = open_counted(url);
    const store::CountLimits limits{.detailed = 10};
    const auto add = [&](int begin, int end, const std::string& ip) {
      std::vector<Counted> messages;
      for (int i = begin; i < end; ++i) {
        store::ReportRow made_up = row("a.example", ip.empty() ? std::to_string(i) : ip);
        made_up.dkim = {{"a.example", "s" + std::to_string(i), "fail"}};
        messages.push_back({friday, made_up, true});
      }
      messages.push_back({friday, row("b.example", "192.0.2.1"), true});
      REQUIRE(store::in_transaction(*database,
                                    [&] { return store::count(*database, messages, limits); }));
    };
    const auto one = [&](const std::string& sql) {
      return store::number(database->execute(sql).value().at(0).at(0));
    };
    const std::string of_a = " FROM report_rows WHERE policy_domain = 'a.example'";
    add(0, 6, "192.0.2.1");
    add(0, 30, "192.0.2.1");  // 10 detailed rows, and one without details.
    CHECK(one("SELECT COUNT(*)" + of_a) == 11);
    CHECK(one("SELECT CAST(SUM(messages) AS BIGINT)" + of_a) == 36);
    CHECK(one("SELECT COUNT(*)" + of_a + " AND messages = 2") == 6);  // Known ones still count.
    CHECK(one("SELECT COUNT(*)" + of_a + " AND messages = 20") == 1);
    add(100, 200, "");
    add(200, 300, "");
    CHECK(one("SELECT COUNT(*)" + of_a) == 21);
    CHECK(one("SELECT CAST(SUM(messages) AS BIGINT)" + of_a) == 236);
    CHECK(one("SELECT messages" + of_a + " AND row_hash = 'rest'") == 191);
    CHECK(one("SELECT row_count FROM report_days WHERE policy_domain = 'a.example'") == 21);
    CHECK(one("SELECT messages FROM report_rows WHERE policy_domain = 'b.example'") == 4);
  });
}

TEST_CASE("gateways that count the same rows at once lose none", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = open_counted(url);
    constexpr int rounds = 20;
    std::vector<std::unique_ptr<Database>> gateways;
    std::vector<int> failures(3, 0);
    for (std::size_t i = 0; i < failures.size(); ++i)
      gateways.push_back(*store::open_database(url));
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < gateways.size(); ++i) {
        threads.emplace_back([&, i] {
          std::vector<Counted> messages;  // Each gateway sees them in another order.
          for (int k = 0; k < 7; ++k) {
            const int n = (k * 3 + static_cast<int>(i)) % 7;
            messages.push_back({friday, row(std::to_string(n) + ".example", "192.0.2.1"), true});
          }
          for (int round = 0; round < rounds; ++round)
            failures[i] += commit(*gateways[i], messages) ? 0 : 1;
        });
      }
    }
    CHECK(failures == std::vector<int>(3, 0));
    std::multiset<std::string> expected;
    for (int n = 0; n < 7; ++n) {
      const std::string counted = std::to_string(3 * rounds);
      expected.insert("0 " + std::to_string(n) + ".example " + counted + ' ' + counted + " 0");
    }
    CHECK(counters(*database) == expected);
  });
}
