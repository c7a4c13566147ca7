#include "store/collector.hpp"

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>

#include "event/spool.hpp"
#include "store/event_query.hpp"
#include "store/sql.hpp"
#include "tests/support/databases.hpp"
#include "tests/support/sample_event.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using base::log::Level;
using store::Collector;

const base::WallTime now = std::chrono::system_clock::now();

std::string line(const std::string& id) {
  event::Event event = support::sample_event();
  event.id = id;
  event.time = now;
  return event::to_line(event);
}

// A spool, a store, and what the collector between them says.
class World {
 public:
  explicit World(std::string url) { options.directory = folder / "spool", options.url = url; }

  // As a daemon that writes these lines, in segments of two, and stops.
  void write(int first, int count) const {
    event::Spool spool = *event::Spool::open({options.directory, 2 * line("1000").size() + 2, 1ms});
    for (int i = first; i < first + count; ++i)
      REQUIRE(spool.append(line(std::to_string(1000 + i)), now));
  }
  void write_segment(const std::string& name, std::string_view text) const {
    fs::create_directories(options.directory);
    std::ofstream(options.directory / name, std::ios::binary) << text;
  }

  Collector collector() {
    auto made = Collector::open(
        options, {[this](Level, const std::string& text) { log.push_back(text); }, wait});
    if (!made) FAIL(made.error().what);
    return *std::move(made);
  }
  void collect_once() {
    const auto done = collector().run_once();
    if (!done) FAIL(done.error().what);
  }

  [[nodiscard]] store::Store store() const { return *store::Store::open(options.url); }
  [[nodiscard]] std::uint64_t stored() const {
    store::Store opened = store();
    return store::count_events(opened.database(), {}).value();
  }
  [[nodiscard]] std::size_t segments() const {
    return event::list_segments(options.directory).value().size();
  }
  [[nodiscard]] std::ptrdiff_t said(std::string_view text) const {
    return std::ranges::count_if(log, [&](const auto& one) { return one.contains(text); });
  }

  const support::TemporaryFolder folder;
  Collector::Options options;
  std::function<bool(std::chrono::milliseconds)> wait = [](auto) { return false; };
  std::vector<std::string> log;
};

}  // namespace

TEST_CASE("what is in the spool is stored once, and its segments go", "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    world.options.batch.lines_max = 3;
    world.write(0, 7);
    CHECK(world.segments() == 4);
    world.collect_once();
    CHECK(world.stored() == 7);
    CHECK(world.segments() == 0);
    world.collect_once();
    world.write(7, 2);
    world.collect_once();
    CHECK(world.stored() == 9);
    store::Store store = world.store();
    CHECK(store::positions(store.database(), event::spool_id(world.options.directory))
              .value()
              .empty());
    CHECK(world.log.empty());
  });
}

TEST_CASE("a segment that is still written stays, and goes on being read", "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    event::Spool spool = *event::Spool::open({world.options.directory});
    REQUIRE(spool.append(line("a"), now));
    world.collect_once();
    CHECK(world.segments() == 1);
    REQUIRE(spool.append(line("b"), now));
    world.collect_once();
    CHECK(world.stored() == 2);
    CHECK(world.segments() == 1);
  });
}

TEST_CASE("segments are kept when so configured", "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    world.options.keep_segments = true;
    world.write(0, 4);
    world.collect_once();
    world.collect_once();
    CHECK(world.stored() == 4);
    CHECK(world.segments() == 2);
  });
}

TEST_CASE("lines that cannot be read are set aside, the rest goes on", "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    const std::string whole = line("whole");
    world.write_segment("events-1.jsonl", line("a") + "\njunk\n\n{\"v\":2}\n" + line("b") + "\n" +
                                              line("torn").substr(0, 100));
    world.write_segment("events-2.jsonl", whole);  // Only its line end is missing.
    world.write_segment("events-3.jsonl", std::string(70'000, '\0') + "\n" + line("c") + "\n");
    world.collect_once();
    CHECK(world.stored() == 4);
    CHECK(world.segments() == 0);
    store::Store store = world.store();
    const auto rows =
        store.database().execute("SELECT fault, why FROM unread_lines ORDER BY segment, position");
    REQUIRE(rows);
    REQUIRE(rows->size() == 4);
    CHECK(store::text(rows->at(0)[0]) == "malformed");
    CHECK(store::text(rows->at(1)[0]) == "newer");
    CHECK(store::text(rows->at(2)[1]).starts_with("cut off"));
    CHECK(world.said("cannot be read") == 3);
    CHECK(world.said("at octet " + std::to_string(line("a").size() + 1) + ":") == 1);
  });
}

TEST_CASE("a segment that comes back is collected again, and counts nothing twice",
          "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    for (int i = 0; i < 2; ++i) {
      world.write_segment("events-1.jsonl", line("a") + "\njunk\n" + line("b") + "\n");
      world.collect_once();
      CHECK(world.stored() == 2);
      CHECK(world.segments() == 0);
    }
    CHECK(world.said("2 events were in the store already") == 1);
    store::Store store = world.store();
    CHECK(store.database().execute("SELECT position FROM unread_lines").value().size() == 1);
  });
}

TEST_CASE("a collector that died between deleting and saying so loses nothing",
          "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    world.options.keep_segments = true;
    world.write(0, 4);
    world.collect_once();
    const auto segments = event::list_segments(world.options.directory).value();
    fs::remove(world.options.directory / segments[0].name);
    world.options.keep_segments = false;
    world.collect_once();
    CHECK(world.stored() == 4);
    store::Store store = world.store();
    CHECK(store::positions(store.database(), event::spool_id(world.options.directory))
              .value()
              .empty());
  });
}

TEST_CASE("a segment that was cut off while it is written is read again, and told of",
          "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    world.options.keep_segments = true;  // As of a writer that lives.
    const std::string name = "events-1.jsonl";
    world.write_segment(name, line("a") + "\n" + line("b") + "\n");
    world.collect_once();
    world.write_segment(name, line("c") + "\n");  // Shorter.
    world.collect_once();
    CHECK(world.stored() == 3);
    world.write_segment(name, std::string(100, 'x') + line("d") + "\n" + line("e") + "\n" +
                                  line("f") + "\n");  // Longer, and another file.
    world.collect_once();
    CHECK(world.stored() == 5);
    CHECK(world.said("read again from its beginning") == 2);
  });
}

TEST_CASE("a known id with another line is kept, and told of", "[store][collector]") {
  support::for_each_database([](const std::string& url) {
    World world(url);
    std::string other = line("a");
    other.replace(other.find("\"gateway\":\"") + 11, 1, "Z");
    world.write_segment("events-1.jsonl", line("a") + "\n");
    world.write_segment("events-2.jsonl",
                        line("a") + "\n" + other + "\n" + line(std::string(300, 'i')) + "\n");
    world.collect_once();
    CHECK(world.stored() == 1);
    CHECK(world.said("have other content") == 1);
    store::Store store = world.store();
    const auto rows =
        store.database().execute("SELECT line, why FROM unread_lines ORDER BY position");
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    CHECK(store::text(rows->at(0)[0]) == other);
    CHECK(store::text(rows->at(1)[1]) == "its id is too long");
  });
}

TEST_CASE("a SQLite file that is replaced under a collector swallows nothing",
          "[store][collector]") {
  for (const bool restored : {false, true}) {
    const support::TemporaryFolder folder;
    World world("sqlite:" + (folder / "s.db").string());
    world.write(0, 4);
    int waits = 0;
    world.wait = [&](std::chrono::milliseconds pause) {
      if (pause == 0ms) return false;
      if (++waits == 1) {
        for (const char* suffix : {"", "-wal", "-shm"}) {
          std::error_code ignored;
          fs::rename(folder / ("s.db" + std::string(suffix)),
                     folder / ("old.db" + std::string(suffix)), ignored);
        }
        if (restored) static_cast<void>(store::Store::open(world.options.url).value());
        world.write(4, 6);
      }
      return waits > 6;
    };
    world.collector().run();
    CHECK(world.stored() == 6);
    CHECK(world.segments() == 0);
    CHECK(world.said("replaced or removed") == 1);
    CHECK(world.said("the store is back") == 1);
  }
}

TEST_CASE("a backup put in place of a SQLite file under a collector is used as it is",
          "[store][collector]") {
  const support::TemporaryFolder folder;
  World world("sqlite:" + (folder / "s.db").string());
  world.write(0, 3);
  int waits = 0;
  world.wait = [&](std::chrono::milliseconds pause) {
    if (pause == 0ms) return false;
    if (++waits == 1) {
      REQUIRE(world.store().database().execute("VACUUM INTO '" + (folder / "b.db").string() + "'"));
      world.write(3, 300);
    } else if (waits == 2) {  // Nothing is to collect: it is noticed all the same.
      fs::rename(folder / "b.db", folder / "s.db");
    }
    return waits > 6;
  };
  world.collector().run();
  CHECK(world.said("replaced or removed") == 1);
  CHECK(world.said("the store is back") == 1);
  CHECK(world.stored() == 3);
}

TEST_CASE("a server that is away is waited for, and told of once", "[store][collector][postgres]") {
  support::Postgres* const postgres = support::Postgres::shared();
  if (postgres == nullptr) return;
  World world(postgres->new_database());
  world.options.behind_pause = 0ms;
  world.write(0, 3);
  int waits = 0;
  std::vector<std::chrono::milliseconds> pauses;
  world.wait = [&](std::chrono::milliseconds pause) {
    if (pause == 0ms) return false;
    ++waits;
    if (waits == 1) {  // Caught up.
      CHECK(world.stored() == 3);
      world.write(3, 3);
      postgres->kill();
    } else if (waits < 5) {
      pauses.push_back(pause);
      if (waits == 4) postgres->start();
    } else {
      return world.stored() == 6;
    }
    return false;
  };
  world.collector().run();
  CHECK(world.stored() == 6);
  CHECK(world.said("the spool waits") == 1);
  CHECK(world.said("the store is back") == 1);
  CHECK(world.said("behind by") > 0);
  CHECK(std::ranges::is_sorted(pauses));
  CHECK(pauses.back() > pauses.front());
}

TEST_CASE("a collector stops when it is told to, after any batch", "[store][collector]") {
  World world("sqlite:" + (support::TemporaryFolder().path() / "x.db").string());
  world.options.batch.lines_max = 1;
  world.write(0, 6);
  int asked = 0;
  world.wait = [&](auto) { return ++asked == 3; };
  world.collector().run();
  CHECK(world.stored() == 3);
  fs::remove_all(fs::path(world.options.url.substr(7)).parent_path());
}

TEST_CASE("a store that cannot be used is an error of a single run", "[store][collector]") {
  World world("sqlite:/dev/null/x.db");
  world.write(0, 1);
  CHECK_FALSE(world.collector().run_once());
  CHECK(world.segments() == 1);
}

TEST_CASE("the backlog is what is not in the store", "[store][collector]") {
  World world("sqlite:unused.db");
  world.write_segment("events-1.jsonl", line("a") + "\n");
  world.write_segment("events-2.jsonl", line("b") + "\n" + line("c") + "\n");
  const std::uint64_t one = line("a").size() + 1;
  const auto backlog = store::find_backlog(world.options.directory,
                                           {{"events-1.jsonl", one}, {"events-2.jsonl", one}});
  REQUIRE(backlog);
  CHECK(backlog->segments == 1);
  CHECK(backlog->octets == one);
  CHECK(backlog->oldest == std::chrono::floor<std::chrono::milliseconds>(now));
  CHECK_THAT(store::describe(*backlog), Catch::Contains(" octets in 1 segments, the oldest"));
  CHECK(store::find_backlog(world.options.directory, {}).value().segments == 2);
}
