#include "store/migrations.hpp"

#include <thread>

#include <catch2/catch.hpp>

#include "store/sql.hpp"
#include "tests/store/opened.hpp"
#include "tests/support/databases.hpp"

namespace {

using store::Database;
using store::Migration;

const std::vector<Migration> first = {{1, "one", {"CREATE TABLE a (x BIGINT)"}}};
const std::vector<Migration> second = {
    first[0],
    {2, "two", {"CREATE TABLE b (x BIGINT)", "INSERT INTO a VALUES (2)"}},
    {3, "three", {"INSERT INTO b VALUES (3)"}},
};
const std::vector<Migration> broken = {
    first[0], {2, "half", {"CREATE TABLE b (x BIGINT)", "INSERT INTO nowhere VALUES (1)"}}};

std::int64_t one_number(Database& database, std::string_view sql) {
  const auto rows = database.execute(sql);
  return rows ? store::number(rows->at(0).at(0)) : -1;
}

}  // namespace

TEST_CASE("tables are brought from each version to the last, each step once", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    std::vector<std::string> told;
    const auto progress = [&](std::string_view what, std::size_t done, std::size_t total) {
      told.push_back(std::string(what) + " " + std::to_string(done) + "/" + std::to_string(total));
    };
    REQUIRE(store::migrate(*database, first, progress));
    CHECK(told == std::vector<std::string>{"one 0/1", "done 1/1"});
    told.clear();
    REQUIRE(store::migrate(*database, second, progress));
    CHECK(told == std::vector<std::string>{"two 1/3", "three 2/3", "done 3/3"});
    told.clear();
    REQUIRE(store::migrate(*database, second, progress));
    CHECK(told.empty());
    CHECK(one_number(*database, "SELECT COUNT(*) FROM a") == 1);
    CHECK(one_number(*database, "SELECT COUNT(*) FROM b") == 1);
  });
}

TEST_CASE("a step that fails leaves the version before it", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    CHECK_FALSE(store::migrate(*database, broken, {}));
    CHECK(one_number(*database, "SELECT MAX(version) FROM postern_schema") == 1);
    CHECK(one_number(*database, "SELECT COUNT(*) FROM b") == -1);  // No such table.
    REQUIRE(store::migrate(*database, second, {}));                // The lock is free again.
  });
}

TEST_CASE("tables of a newer version are not touched", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    REQUIRE(store::migrate(*database, second, {}));
    const auto refused = store::migrate(*database, first, {});
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().what, Catch::Contains("version 3, newer than version 1"));
    CHECK(one_number(*database, "SELECT COUNT(*) FROM postern_schema") == 3);
  });
}

TEST_CASE("who only asks is told what is wrong with the version, and changes nothing",
          "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    const auto complaint = [&](const std::vector<Migration>& steps) {
      const auto fits = store::check_version(*database, steps);
      return fits ? "" : fits.error().what;
    };
    CHECK_THAT(complaint(first), Catch::Contains("\"postern collect\" makes the tables"));
    CHECK(one_number(*database, "SELECT COUNT(*) FROM postern_schema") == -1);
    REQUIRE(store::migrate(*database, first, {}));
    CHECK(complaint(first).empty());
    CHECK_THAT(complaint(second), Catch::Contains("brings them to version 3"));
    REQUIRE(store::migrate(*database, second, {}));
    CHECK_THAT(complaint(first), Catch::Contains("version 3, newer than version 1"));
  });
}

TEST_CASE("processes that migrate at once do each step once", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    std::vector<std::unique_ptr<Database>> databases;
    for (int i = 0; i < 4; ++i)
      databases.push_back(support::opened_database(url));
    std::vector<int> done(databases.size(), 0);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < databases.size(); ++i) {
        threads.emplace_back(
            [&, i] { done[i] = store::migrate(*databases[i], second, {}) ? 1 : 0; });
      }
    }
    CHECK(done == std::vector<int>(4, 1));
    CHECK(one_number(*database, "SELECT COUNT(*) FROM postern_schema") == 3);
  });
}

TEST_CASE("the steps of this program count up from 1", "[store][store]") {
  int version = 0;
  for (const Migration& step : store::migrations())
    CHECK(step.version == ++version);
}
