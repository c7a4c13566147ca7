#include "store/retention.hpp"

#include <catch2/catch.hpp>

#include "store/event_query.hpp"
#include "store/report_counts.hpp"
#include "store/sql.hpp"
#include "store/store.hpp"
#include "store/store_size.hpp"
#include "tests/store/opened.hpp"
#include "tests/support/databases.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using namespace std::chrono_literals;
using store::Retention;
using store::Store;

// Of a time that the database's clock knows, too.
const base::WallTime now =
    std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) - 12h;

// An event for each age.
void add(Store& store, const std::vector<std::chrono::hours>& ages) {
  static int number = 0;
  store::Batch batch;
  batch.spool = std::to_string(++number);
  batch.end = 1;
  for (const auto age : ages) {
    event::Event event = support::sample_event();
    event.id = "age" + batch.spool + "-" + std::to_string(batch.events.size());
    event.time = now - age;
    std::string line = event::to_line(event);
    batch.events.push_back({std::move(event), std::move(line), 0});
  }
  const auto committed = store.commit(batch);
  if (!committed) FAIL(committed.error().what);
}

std::int64_t one_number(Store& store, std::string_view sql) {
  const auto rows = store.database().execute(sql);
  REQUIRE(rows);
  return store::number(rows->at(0).at(0));
}

std::int64_t events(Store& store) { return one_number(store, "SELECT COUNT(*) FROM events"); }

store::Expired expire(Store& store, const Retention& retention, base::WallTime when = now) {
  auto expired = store::expire(store.database(), retention, when);
  if (!expired) FAIL(expired.error().what);
  return *std::move(expired);
}

// The last days with mail.
const std::vector<std::chrono::hours> this_week = {1h, 25h, 49h};

}  // namespace

TEST_CASE("events go when they are old, their counters much later", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    add(store, this_week);
    add(store, {24h * 29, 24h * 31, 24h * 399, 24h * 402});
    const store::Expired expired = expire(store, Retention());
    CHECK(expired.events == 3);
    CHECK(expired.warnings.empty());
    CHECK(events(store) == 4);
    CHECK(one_number(store, "SELECT CAST(SUM(events) AS BIGINT) FROM event_hours") == 4);
    CHECK(one_number(store, "SELECT CAST(SUM(messages) AS BIGINT) FROM report_rows") == 6);
    CHECK(one_number(store, "SELECT CAST(SUM(row_count) AS BIGINT) FROM report_days") ==
          one_number(store, "SELECT COUNT(*) FROM report_rows"));
    CHECK(expire(store, Retention()).events == 0);
  });
}

TEST_CASE("our clock alone makes nothing old", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    for (const auto ahead : {24h * 31, 24h * 401}) {
      Store store = support::opened_store(url);
      add(store, {1h, 25h, 49h, 24h * 10, 24h * 28});
      const std::int64_t before = events(store);
      const store::Expired expired = expire(store, Retention(), now + ahead);
      CHECK(expired.events == 0);
      REQUIRE(expired.warnings.size() == 1);
      CHECK_THAT(expired.warnings[0], Catch::Contains("past retention_days are kept"));
      CHECK(events(store) == before);
      CHECK(one_number(store, "SELECT CAST(SUM(messages) AS BIGINT) FROM report_rows") == before);
    }
  });
}

TEST_CASE("events of days to come go before those of today", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    for (const auto ahead : {24h * 730, 24h * 18'000}) {
      Store store = support::opened_store(url);
      add(store, std::vector<std::chrono::hours>(300, 1h));
      const std::int64_t present = events(store);
      add(store, std::vector<std::chrono::hours>(3000, -ahead));
      add(store, {-ahead - 24h, -ahead - 48h});
      Retention retention;
      retention.octets_max = store::store_octets(store.database()).value() - 1;
      const store::Expired expired = expire(store, retention);
      CHECK(expired.events >= 3000);
      REQUIRE_FALSE(expired.warnings.empty());
      CHECK_THAT(expired.warnings[0], Catch::Contains("have not come yet"));
      CHECK(one_number(store, "SELECT COUNT(*) FROM events WHERE time_ms < " +
                                  std::to_string(now.time_since_epoch() / 1ms)) == present);
    }
  });
}

TEST_CASE("the oldest hours go when there is too much", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    add(store, std::vector<std::chrono::hours>(1500, 5h));
    add(store, {1h, 1h, 2h});
    Retention retention;
    retention.octets_max = store::store_octets(store.database()).value() + 8192;
    CHECK(expire(store, retention).events == 0);
    retention.octets_max -= 16'384;
    CHECK(expire(store, retention).events == 1500);
    CHECK(store::store_octets(store.database()).value() <= retention.octets_max);
    CHECK(events(store) == 3);
    retention.octets_max = 1;  // The newest hour stays, whatever it has.
    CHECK(expire(store, retention).events == 1);
    CHECK(events(store) == 2);
  });
}

TEST_CASE("counters that no report can use go before events", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    add(store, {1h, 25h, 49h, 24h * 20});
    const std::vector<store::Counted> old(1, {now - 24h * 20, {}, true});
    std::vector<store::Counted> many;
    for (int i = 0; i < 2000; ++i) {
      store::ReportRow row;
      row.policy_domain = "old.example";
      row.source_ip = std::to_string(i);
      row.envelope_from = std::string(300, 'x');
      many.push_back({now - 24h * 20, row, true});
    }
    REQUIRE(store::in_transaction(store.database(),
                                  [&] { return store::count(store.database(), many); }));
    Retention retention;
    retention.octets_max = store::store_octets(store.database()).value() - 1;
    CHECK(expire(store, retention).events == 0);
    CHECK(one_number(store, "SELECT COUNT(*) FROM report_rows") == 3);
    CHECK(store::store_octets(store.database()).value() <= retention.octets_max);
  });
}

TEST_CASE("the file of a SQLite store shrinks with its rows", "[store][store]") {
  const support::TemporaryFolder folder;
  const auto file = folder / "x.db";
  Store store = support::opened_store("sqlite:" + file.string());
  Retention retention;
  retention.octets_max = 1 << 20;
  for (int i = 0; i < 10; ++i) {
    add(store, std::vector<std::chrono::hours>(500, std::chrono::hours(20 - i)));
    static_cast<void>(expire(store, retention));
    CHECK(std::filesystem::file_size(file) <= retention.octets_max);
  }
  CHECK(events(store) > 0);
}

TEST_CASE("one process of a fleet deletes at a time", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    add(store, this_week);
    add(store, {24h * 31});
    const auto other = store::open_database(url);
    REQUIRE(other);
    REQUIRE((*other)->try_lock("retention").value());
    CHECK(expire(store, Retention()).events == 0);
    REQUIRE((*other)->release("retention"));
    CHECK(expire(store, Retention()).events == 1);
  });
}
