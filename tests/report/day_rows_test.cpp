#include "report/day_rows.hpp"

#include "tests/report/outbox_world.hpp"

namespace {

using report::DayRows;
using store::Database;
using support::for_each_database;
using support::may_first;
using support::must;

// 5 + 4 + 3 + 2 + 1 messages of as many sources.
std::unique_ptr<Database> store_with_five_rows(const std::string& url) {
  auto database = support::open_store(url);
  store::ReportRow row = support::row_of("example.com", "mailto:rua@example.com");
  for (int i = 1; i <= 5; ++i) {
    row.source_ip = "192.0.2." + std::to_string(i);
    support::count(*database, may_first + std::chrono::hours(i), row, i);
  }
  return database;
}

report::DayRowsQuery query(std::size_t records_max) {
  return {.day = may_first, .policy_domain = "example.com", .records_max = records_max};
}

DayRows take(Database& database, std::size_t records_max) {
  return must(store::in_transaction(
      database, [&] { return report::take_rows(database, query(records_max)); }));
}

}  // namespace

TEST_CASE("rows of most messages have room, all are taken once", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_five_rows(url);
    const DayRows taken = take(*database, 2);
    REQUIRE(taken.records.size() == 2);
    CHECK(taken.messages == 9);
    CHECK(taken.caused);
    CHECK(taken.left_out.records == 3);
    CHECK(taken.left_out.messages == 6);
    CHECK(std::max(taken.records[0].last, taken.records[1].last) ==
          may_first + std::chrono::hours(5));
    CHECK(take(*database, 2).records.empty());
    CHECK(take(*database, 2).left_out.records == 0);
  });
}

TEST_CASE("as many rows as there is room for leave nothing out", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_five_rows(url);
    const DayRows taken = take(*database, 5);
    CHECK(taken.messages == 15);
    CHECK(taken.left_out.records == 0);
  });
}

TEST_CASE("to peek at rows changes nothing, taken or not", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_five_rows(url);
    for (int i = 0; i < 2; ++i) {
      const DayRows seen = must(report::peek_rows(*database, query(3)));
      CHECK(seen.messages == 12);
      CHECK(seen.left_out.records == 2);
      CHECK(seen.left_out.messages == 3);
      CHECK(take(*database, 5).messages == (i == 0 ? 15 : 0));
    }
  });
}
