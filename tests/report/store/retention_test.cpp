#include "report/store/retention.hpp"

#include <catch2/catch.hpp>

#include "report/store/event_query.hpp"
#include "report/store/report_counts.hpp"
#include "report/store/sql.hpp"
#include "report/store/store.hpp"
#include "tests/support/databases.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using namespace std::chrono_literals;
using report::Retention;
using report::Store;

const base::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + 12h;

// An event for each age.
Store store_with(const std::string& url, const std::vector<std::chrono::hours>& ages) {
  auto store = Store::open(url);
  if (!store) FAIL(store.error().what);
  report::Batch batch;
  batch.end = 1;
  for (const auto age : ages) {
    report::Event event = support::sample_event();
    event.id = "age" + std::to_string(batch.events.size());
    event.time = now - age;
    std::string line = report::to_line(event);
    batch.events.push_back({std::move(event), std::move(line)});
  }
  REQUIRE(store->commit(batch));
  return *std::move(store);
}

std::int64_t one_number(Store& store, std::string_view sql) {
  const auto rows = store.database().execute(sql);
  REQUIRE(rows);
  return report::number(rows->at(0).at(0));
}

std::int64_t events(Store& store) { return one_number(store, "SELECT COUNT(*) FROM events"); }

}  // namespace

TEST_CASE("events go when they are old, their counters much later", "[report][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = store_with(url, {1h, 24h * 29, 24h * 31, 24h * 399, 24h * 402});
    CHECK(report::expire(store.database(), Retention(), now).value() == 3);
    CHECK(events(store) == 2);
    CHECK(one_number(store, "SELECT CAST(SUM(events) AS BIGINT) FROM event_hours") == 2);
    CHECK(one_number(store, "SELECT CAST(SUM(messages) AS BIGINT) FROM report_rows") == 4);
    CHECK(report::expire(store.database(), Retention(), now).value() == 0);
  });
}

TEST_CASE("the oldest hours go when there is too much", "[report][store]") {
  support::for_each_database([](const std::string& url) {
    std::vector<std::chrono::hours> ages(1500, 5h);  // More than are deleted at a time.
    ages.insert(ages.end(), {1h, 1h, 2h});
    Store store = store_with(url, ages);
    const std::int64_t all =
        one_number(store, "SELECT CAST(SUM(octets) AS BIGINT) FROM event_hours");
    Retention retention;
    retention.octets_max = static_cast<std::uint64_t>(all);
    CHECK(report::expire(store.database(), retention, now).value() == 0);
    retention.octets_max -= 1;
    CHECK(report::expire(store.database(), retention, now).value() == 1500);
    CHECK(events(store) == 3);
    retention.octets_max = 1;  // The newest hour stays, whatever it has.
    CHECK(report::expire(store.database(), retention, now).value() == 1);
    CHECK(events(store) == 2);
  });
}

TEST_CASE("one process of a fleet deletes at a time", "[report][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = store_with(url, {24h * 31});
    const auto other = report::open_database(url);
    REQUIRE(other);
    REQUIRE((*other)->try_lock("retention").value());
    CHECK(report::expire(store.database(), Retention(), now).value() == 0);
    REQUIRE((*other)->release("retention"));
    CHECK(report::expire(store.database(), Retention(), now).value() == 1);
  });
}
