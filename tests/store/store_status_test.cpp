#include "store/store_status.hpp"

#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "tests/support/databases.hpp"
#include "tests/support/sample_event.hpp"

TEST_CASE("a store tells how much it holds, and of when", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    auto store = store::Store::open(url);
    REQUIRE(store);
    const auto empty = store::store_status(store->database());
    REQUIRE(empty);
    CHECK(empty->events == 0);
    CHECK(empty->octets > 0);
    CHECK_FALSE(empty->oldest);
    CHECK_FALSE(empty->newest);

    store::Batch batch;
    batch.spool = "0123456789abcdef";
    batch.segment = "events-1.jsonl";
    batch.end = 1;
    event::Event event = support::sample_event();
    batch.events.push_back({event, event::to_line(event)});
    const base::WallTime first = event.time;
    event.id = "0mnzk3r1q3000abc1235";
    event.time += std::chrono::hours(2);
    batch.events.push_back({event, event::to_line(event)});
    batch.unread.push_back({0, {}, "not an event"});
    REQUIRE(store->commit(batch));
    const auto status = store::store_status(store->database());
    REQUIRE(status);
    CHECK(status->events == 2);
    CHECK(status->unread_lines == 1);
    CHECK(status->oldest == first);
    CHECK(status->newest == event.time);
  });
}
