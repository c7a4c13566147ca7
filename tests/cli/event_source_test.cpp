#include "cli/event_source.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "tests/support/event_spool.hpp"

using namespace std::chrono_literals;

namespace {

std::vector<std::string> ids(cli::EventSource& source, const store::EventQuery& query = {}) {
  std::vector<std::string> found;
  const auto unread = source.for_each(query, [&](std::string_view, const event::Event& event) {
    found.push_back(event.id);
    return true;
  });
  REQUIRE(unread);
  return found;
}

using Ids = std::vector<std::string>;

// An event of this minute, in the order of ids.
event::Event recent(const std::string& id) {
  event::Event event = support::sample_event();
  event.id = id;
  event.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return event;
}

// A store with these events.
std::string make_store(const support::EventSpool& spool, const std::vector<event::Event>& events) {
  const std::string url = "sqlite:" + spool.path("events.db").string();
  auto store = store::Store::open(url);
  REQUIRE(store);
  store::Batch batch;
  batch.spool = "0123456789abcdef";
  batch.segment = "events-" + std::to_string(events.size()) + ".jsonl";
  batch.end = 1;
  for (const event::Event& event : events)
    batch.events.push_back({event, event::to_line(event)});
  REQUIRE(store->commit(batch));
  return url;
}

}  // namespace

TEST_CASE("the spool gives its events, and later those that came since", "[cli][source]") {
  support::EventSpool spool;
  spool.add_sample("1");
  spool.add_sample("2");
  const auto source = cli::open_spool(spool.folder());
  CHECK(source->name() == "spool " + spool.folder());
  CHECK(source->size({}) > 1000);
  CHECK(ids(*source) == Ids{"1", "2"});
  CHECK(source->progress() == source->size({}));
  CHECK(ids(*source).empty());
  spool.add_sample("3");
  CHECK(ids(*source) == Ids{"3"});
}

TEST_CASE("of more events than wanted the newest are given", "[cli][source]") {
  support::EventSpool spool;
  for (const char* id : {"1", "2", "3"})
    spool.add_sample(id);
  store::EventQuery query;
  query.events_max = 2;
  CHECK(ids(*cli::open_spool(spool.folder()), query) == Ids{"2", "3"});
}

TEST_CASE("lines that are no events are counted, and the rest goes on", "[cli][source]") {
  support::EventSpool spool;
  spool.add_line("torn{");
  spool.add_line(R"({"v":2,"id":"9"})");
  spool.add_sample("1");
  const auto source = cli::open_spool(spool.folder());
  const auto unread = source->for_each({}, [](auto, const auto&) { return true; });
  REQUIRE(unread);
  CHECK(unread->malformed == 1);
  CHECK(unread->newer == 1);
  CHECK(cli::complaint(*unread).contains("1 lines are no events"));
  CHECK(cli::complaint(*unread).contains("newer version"));
  CHECK(cli::complaint({}).empty());
}

TEST_CASE("a spool that is not there is an error", "[cli][source]") {
  CHECK_FALSE(
      cli::open_spool("/nonexistent/spool")->for_each({}, [](auto, const auto&) { return true; }));
}

TEST_CASE("all that a query asks for must hold", "[cli][source]") {
  const event::Event event = support::sample_event();
  const auto matches = [&](auto change) {
    store::EventQuery query;
    change(query);
    return cli::matches(query, event);
  };
  CHECK(matches([](auto&) {}));
  CHECK(matches([&](auto& query) { query.since = event.time; }));
  CHECK_FALSE(matches([&](auto& query) { query.since = event.time + 1ms; }));
  CHECK(matches([&](auto& query) { query.until = event.time + 1ms; }));
  CHECK_FALSE(matches([&](auto& query) { query.until = event.time; }));
  CHECK(matches([&](auto& query) { query.id = event.id; }));
  CHECK(matches([&](auto& query) { query.id = event.envelope.queue_id; }));
  CHECK_FALSE(matches([&](auto& query) { query.id = "other"; }));
  CHECK(matches([](auto& query) { query.from_domain = "example.com"; }));
  CHECK(matches([](auto& query) { query.from_domain = "com"; }));
  CHECK_FALSE(matches([](auto& query) { query.from_domain = "ample.com"; }));
  CHECK_FALSE(matches([](auto& query) { query.action = policy::Action::accept; }));
  CHECK_FALSE(matches([](auto& query) { query.would = policy::Action::accept; }));
  CHECK_FALSE(matches([](auto& query) { query.rule = "other"; }));
  CHECK_FALSE(matches([](auto& query) { query.gateway = "other"; }));
}

TEST_CASE("the store gives the same events as the spool they came from", "[cli][source]") {
  support::EventSpool spool;
  std::vector<event::Event> events = {recent("1"), recent("2")};
  const std::string url = make_store(spool, events);
  const auto source = cli::open_store(url);
  REQUIRE(source);
  CHECK((*source)->name() == "store (sqlite)");
  CHECK((*source)->size({}) == 2);
  CHECK(ids(**source) == Ids{"1", "2"});
  CHECK(ids(**source).empty());
  make_store(spool, {recent("3"), events[0], events[1]});
  CHECK(ids(**source) == Ids{"3"});

  store::EventQuery query;
  query.events_max = 2;
  CHECK(ids(**cli::open_store(url), query) == Ids{"2", "3"});
}

TEST_CASE("after the newest so many, a store gives only what comes later", "[cli][source]") {
  support::EventSpool spool;
  const std::vector<event::Event> events = {recent("1"), recent("2"), recent("3")};
  const auto source = cli::open_store(make_store(spool, events));
  REQUIRE(source);
  store::EventQuery query;
  query.events_max = 1;
  CHECK(ids(**source, query) == Ids{"3"});
  CHECK(ids(**source).empty());
  make_store(spool, {recent("4"), events[0]});
  CHECK(ids(**source) == Ids{"4"});
}

TEST_CASE("a gateway with its clock ahead hides no events of others", "[cli][source]") {
  support::EventSpool spool;
  event::Event ahead = recent("1");
  ahead.time += 48h;
  const auto source = cli::open_store(make_store(spool, {ahead}));
  REQUIRE(source);
  CHECK(ids(**source) == Ids{"1"});
  make_store(spool, {recent("2"), ahead});
  CHECK(ids(**source) == Ids{"2"});
  CHECK(ids(**source).empty());
}

TEST_CASE("asking makes no store where none was", "[cli][source]") {
  const support::EventSpool spool;
  const std::filesystem::path file = spool.path("none.db");
  CHECK_FALSE(cli::open_store("sqlite:" + file.string()));
  CHECK_FALSE(std::filesystem::exists(file));
  config::Config config;
  config.spool.directory = spool.folder();
  const auto chosen = cli::open_source({.spool = "", .store = {}}, config);
  REQUIRE(chosen);
  CHECK((*chosen)->name() == "spool " + spool.folder());
  CHECK_FALSE(cli::open_source({.spool = {}, .store = "sqlite:" + file.string()}, config));
}

TEST_CASE("a store of a newer version is an error that says so", "[cli][source]") {
  const support::EventSpool spool;
  const std::string url = make_store(spool, {recent("1")});
  REQUIRE(store::Store::open(url)->database().execute("INSERT INTO postern_schema VALUES (99)"));
  const auto source = cli::open_store(url);
  REQUIRE_FALSE(source);
  CHECK(source.error().what.contains("version 99, newer than"));
}

TEST_CASE("a store that does not answer is an error, not the spool", "[cli][source]") {
  const support::EventSpool spool;
  config::Config config;
  config.spool.directory = spool.folder();
  config.store.url = "sqlite:" + spool.path("none.db").string();
  const auto before_the_first = cli::open_source({}, config);
  REQUIRE(before_the_first);
  CHECK((*before_the_first)->name() == "spool " + spool.folder());
  config.store.url = "postgresql://nobody@127.0.0.1:1/none";
  const auto source = cli::open_source({}, config);
  REQUIRE_FALSE(source);
  CHECK(source.error().what.contains("--spool"));
}
