#include "report/store/report_counts.hpp"

#include <map>
#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "report/store/sql.hpp"
#include "report/store/store.hpp"
#include "tests/support/databases.hpp"

namespace {

using report::Counted;
using report::Database;
using report::Day;

const Day friday = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
const Day saturday = friday + std::chrono::days(1);

report::ReportRow row(std::string policy_domain, std::string source_ip) {
  report::ReportRow row;
  row.policy_domain = std::move(policy_domain);
  row.source_ip = std::move(source_ip);
  return row;
}

std::unique_ptr<Database> open(const std::string& url) {
  REQUIRE(report::Store::open(url));
  return *report::open_database(url);
}

base::Result<void> commit(Database& database, const std::vector<Counted>& messages) {
  return report::in_transaction(database, [&] { return report::count(database, messages); });
}

}  // namespace

TEST_CASE("equal rows of a day and domain are counted up", "[report][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = open(url);
    const Counted message{friday, row("a.example", "192.0.2.1"), true};
    Counted bounce = message;
    bounce.causes = false;
    REQUIRE(commit(*database, {message, message, {friday, row("b.example", "192.0.2.1"), false}}));
    REQUIRE(commit(*database, {bounce,
                               {friday, row("a.example", "192.0.2.2"), true},
                               {saturday, row("a.example", "192.0.2.1"), true}}));

    const auto domains = report::policy_domains(*database, friday);
    REQUIRE(domains);
    REQUIRE(domains->size() == 2);
    CHECK(domains->at(0).policy_domain == "a.example");
    CHECK(domains->at(0).messages == 4);
    CHECK(domains->at(0).causes == 3);
    CHECK(domains->at(1).messages == 1);
    CHECK(domains->at(1).causes == 0);

    std::map<std::string, std::uint64_t> rows;
    REQUIRE(report::for_each_row(*database, friday, "a.example",
                                 [&](const auto& one, auto n) { rows[one.source_ip] += n; }));
    CHECK(rows == std::map<std::string, std::uint64_t>{{"192.0.2.1", 3}, {"192.0.2.2", 1}});
  });
}

TEST_CASE("a report of more rows than a page has each of them once", "[report][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = open(url);
    std::vector<Counted> messages;
    for (int i = 0; i < 450; ++i)
      messages.push_back({friday, row("a.example", std::to_string(i)), true});
    REQUIRE(commit(*database, messages));
    std::set<std::string> sources;
    std::uint64_t visits = 0;
    REQUIRE(report::for_each_row(*database, friday, "a.example", [&](const auto& one, auto n) {
      sources.insert(one.source_ip);
      visits += n;
    }));
    CHECK(sources.size() == 450);
    CHECK(visits == 450);
  });
}

TEST_CASE("gateways that count the same rows at once lose none", "[report][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = open(url);
    constexpr int rounds = 20;
    std::vector<std::unique_ptr<Database>> gateways;
    std::vector<int> failures(3, 0);
    for (std::size_t i = 0; i < failures.size(); ++i)
      gateways.push_back(*report::open_database(url));
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
    const auto domains = report::policy_domains(*database, friday);
    REQUIRE(domains);
    CHECK(domains->size() == 7);
    for (const auto& domain : *domains)
      CHECK(domain.messages == 3 * rounds);
  });
}
