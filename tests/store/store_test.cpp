#include "store/store.hpp"

#include <catch2/catch.hpp>

#include "store/event_query.hpp"
#include "store/sql.hpp"
#include "tests/store/opened.hpp"
#include "tests/support/databases.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using namespace std::chrono_literals;
using store::Batch;
using store::Store;

const std::string newer_line = R"({"v":2,"id":"later"})";

store::EventLine event_line(std::string id) {
  event::Event event = support::sample_event();
  event.id = std::move(id);
  std::string line = event::to_line(event);
  return {std::move(event), std::move(line)};
}

Batch batch(std::uint64_t begin, std::uint64_t end, const std::vector<std::string>& ids) {
  Batch batch;
  batch.spool = "0123456789abcdef";
  batch.segment = "events-1.jsonl";
  batch.begin = begin;
  batch.end = end;
  for (const std::string& id : ids)
    batch.events.push_back(event_line(id));
  return batch;
}

store::Committed commit(Store& store, const Batch& batch) {
  const auto committed = store.commit(batch);
  if (!committed) FAIL(committed.error().what);
  return *committed;
}

// Events in the store, and messages in its counters.
std::pair<std::uint64_t, std::uint64_t> counts(Store& store) {
  const auto rows = store.database().execute("SELECT messages FROM report_rows");
  REQUIRE(rows);
  std::uint64_t messages = 0;
  for (const store::SqlRow& row : *rows)
    messages += static_cast<std::uint64_t>(store::number(row[0]));
  return {store::count_events(store.database(), {}).value(), messages};
}

using Counts = std::pair<std::uint64_t, std::uint64_t>;

}  // namespace

TEST_CASE("a batch and its position are stored together", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    CHECK(commit(store, batch(0, 100, {"a", "b"})).events == 2);
    CHECK(commit(store, batch(100, 150, {"c"})).events == 1);
    CHECK(counts(store) == Counts(3, 3));
    const auto positions =
        store::positions(support::opened_store(url).database(), "0123456789abcdef");
    REQUIRE(positions);
    CHECK(*positions == std::map<std::string, std::uint64_t>{{"events-1.jsonl", 150}});
    CHECK(store::positions(store.database(), "another").value().empty());
    REQUIRE(store.forget("0123456789abcdef", "events-1.jsonl"));
    CHECK(store::positions(store.database(), "0123456789abcdef").value().empty());
  });
}

TEST_CASE("a batch that was stored is not stored again", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    commit(store, batch(0, 100, {"a", "b"}));
    for (const Batch& again :
         {batch(0, 100, {"a", "b"}), batch(50, 200, {"c"}), batch(0, 200, {"c"})}) {
      const auto refused = store.commit(again);
      REQUIRE_FALSE(refused);
      CHECK_THAT(refused.error().what, Catch::Contains("somebody else collected"));
    }
    CHECK(counts(store) == Counts(2, 2));
  });
}

TEST_CASE("an event that comes from two places counts once", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    commit(store, batch(0, 100, {"a", "b"}));
    Batch copy = batch(0, 300, {"b", "c", "c"});
    copy.segment = "events-1-restored.jsonl";
    const store::Committed committed = commit(store, copy);
    CHECK(committed.events == 1);
    CHECK(committed.known == 2);
    CHECK(counts(store) == Counts(3, 3));
  });
}

TEST_CASE("more events than fit one statement are stored", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    std::vector<std::string> ids;
    for (int i = 0; i < 1001; ++i)
      ids.push_back("id" + std::to_string(i));
    CHECK(commit(store, batch(0, 100, ids)).events == 1001);
    CHECK(counts(store) == Counts(1001, 1001));
  });
}

TEST_CASE("lines come back as they were, also those of a version that did not compress",
          "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    Batch three = batch(0, 100, {"a", "b"});
    event::Event monster = support::monstrous_event();
    monster.id = "c";
    three.events.push_back({monster, event::to_line(monster)});
    commit(store, three);
    REQUIRE(
        store.database().execute("UPDATE events SET line_gz = NULL, line = '{}' WHERE id = 'b'"));
    three.events[1].line = "{}";
    for (const store::EventLine& event : three.events)
      CHECK(store::find_line(store.database(), event.event.id).value() == event.line);
    CHECK(store::find_line(store.database(), "d").value().empty());
  });
}

TEST_CASE("an event takes less of the disk than its line", "[store][store]") {
  constexpr std::int64_t events = 1000;
  const support::TemporaryFolder folder;
  Store store = support::opened_store("sqlite:" + (folder / "x.db").string());
  std::vector<std::string> ids;
  for (std::int64_t i = 0; i < events; ++i)
    ids.push_back("0mnzk3r1q3000abc" + std::to_string(i + 1000));
  commit(store, batch(0, 100, ids));
  const auto octets = store.database().execute(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  REQUIRE(octets);
  const auto line = static_cast<std::int64_t>(event_line(ids.front()).line.size());
  CHECK(store::number(octets->at(0).at(0)) / events < line);
}

TEST_CASE("whatever stands in an event can be stored", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    Batch hostile = batch(0, 100, {"a"});
    event::Event monster = support::monstrous_event();
    std::string line = event::to_line(monster);
    hostile.events.push_back({std::move(monster), std::move(line)});
    hostile.unread.push_back(
        {50, {event::LineFault::malformed, "\xff\0"}, std::string("\0\xff", 2)});
    CHECK(commit(store, hostile).events == 2);
  });
}

TEST_CASE("lines of a newer version become events once they can be read", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = support::opened_store(url);
    Batch mixed = batch(0, 400, {"a"});
    mixed.unread = {{100, {event::LineFault::newer, "version 2"}, newer_line},
                    {200, {event::LineFault::newer, "then new"}, event_line("b").line},
                    {300, {event::LineFault::malformed, "not JSON"}, "junk"}};
    commit(store, mixed);
    CHECK(counts(store) == Counts(1, 1));
    CHECK(store.read_again().value() == 1);
    CHECK(counts(store) == Counts(2, 2));
    CHECK(store.read_again().value() == 0);
    const auto left =
        store.database().execute("SELECT position FROM unread_lines ORDER BY position");
    REQUIRE(left);
    CHECK(*left == std::vector<store::SqlRow>{{std::int64_t{100}}, {std::int64_t{300}}});
  });
}

TEST_CASE("a server that dies in a transaction leaves nothing of it", "[store][store][postgres]") {
  support::Postgres* const postgres = support::Postgres::shared();
  if (postgres == nullptr) return;
  Store store = support::opened_store(postgres->new_database());
  commit(store, batch(0, 100, {"a"}));
  REQUIRE(store.database().begin());
  REQUIRE(store.database().execute("UPDATE positions SET octets = 999"));
  postgres->kill();
  postgres->start();
  CHECK_FALSE(store.database().commit());
  store.database().rollback();
  commit(store, batch(100, 200, {"b"}));  // A new connection; the position is what it was.
  CHECK(counts(store) == Counts(2, 2));
}

TEST_CASE("what cannot be opened is an error that says why", "[store][store]") {
  CHECK_FALSE(Store::open("sqlite:/proc/nowhere/x.db"));
  support::Postgres* const postgres = support::Postgres::shared();
  if (postgres == nullptr) return;
  const auto absent = Store::open(postgres->url("absent"));
  REQUIRE_FALSE(absent);
  CHECK_THAT(absent.error().what, Catch::Contains("does not exist"));
}

TEST_CASE("a wrong password is an error that does not show it", "[store][store][postgres]") {
  support::Postgres* const postgres = support::Postgres::shared();
  if (postgres == nullptr) return;
  const std::string url = postgres->url_with_password("right", "wrong");
  const auto refused = Store::open(url);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().what, Catch::Contains("password authentication failed"));
  CHECK_THAT(refused.error().what, !Catch::Contains("wrong"));
}
