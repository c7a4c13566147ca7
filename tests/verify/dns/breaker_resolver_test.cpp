#include "verify/dns/breaker_resolver.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/guarded.hpp"
#include "tests/support/fake_resolver.hpp"

using namespace std::chrono_literals;
using dns::Outcome;

namespace {

const std::vector<std::string> zones{"one", "two", "three", "four", "five"};

bool is_canary(const std::string& name) { return name.starts_with("postern-canary-"); }

// A resolver that treats all names below a top-level domain alike.
class Network final : public dns::Resolver {
 public:
  // What comes at once for every name there.
  void below(const std::string& top, Outcome outcome) { state_.lock()->moods[top] = outcome; }
  void all(Outcome outcome) {
    const auto state = state_.lock();
    state->moods.clear();
    state->usual = outcome;
  }
  // Silence: no answer, not even a late one.
  void quiet(bool silent) { state_.lock()->silent = silent; }

  [[nodiscard]] dns::Pending lookup(const dns::Question& question) override {
    const auto state = state_.lock();
    state->asked.push_back(question.name);
    if (state->silent) return state->kept.emplace_back().pending();
    const auto mood = state->moods.find(question.name.substr(question.name.rfind('.') + 1));
    return dns::ready({.outcome = mood == state->moods.end() ? state->usual : mood->second});
  }
  [[nodiscard]] std::vector<std::string> canaries() const {
    std::vector<std::string> names;
    std::ranges::copy_if(state_.lock()->asked, std::back_inserter(names), is_canary);
    return names;
  }

 private:
  struct State {
    std::map<std::string, Outcome> moods;
    Outcome usual = Outcome::no_name;
    bool silent = false;
    std::vector<std::string> asked;
    std::vector<dns::Promise> kept;
  };
  base::Guarded<State> state_;
};

// A breaker that is looked at once a second, as the daemon does.
struct Lab {
  Network network;
  std::chrono::steady_clock::time_point now{1000s};
  dns::BreakerResolver breaker{network, network, {.zones = zones}, [this] { return now; }};

  Lab() = default;
  // After mail has come and all was well.
  explicit Lab(std::chrono::seconds healthy) {
    ask("known.example");
    pass(healthy);
  }

  void ask(const std::string& name) { (void)breaker.lookup({name, dns::Type::txt}); }
  // Asks one new name each second, as mail would. How many seconds until it is open, or -1.
  int seconds_until(bool open, int at_most = 60) {
    for (int second = 0; second <= at_most; ++second) {
      ask("s" + std::to_string(second) + ".example");
      now += 1s;
      if (breaker.watch().open == open) return second;
    }
    return -1;
  }
  void pass(std::chrono::seconds time) {
    for (; time > 0s; time -= 1s) {
      now += 1s;
      (void)breaker.watch();
    }
  }
  [[nodiscard]] std::size_t canaries() const { return network.canaries().size(); }
};

}  // namespace

TEST_CASE("answers pass through the breaker unchanged", "[dns][breaker]") {
  support::FakeResolver zone;
  zone.add_txt("a.example", "hello");
  dns::BreakerResolver breaker(zone, zone, {});
  CHECK(breaker.lookup({"a.example", dns::Type::txt}).get().records ==
        std::vector<dns::Record>{"hello"});
}

TEST_CASE("nothing that stands in messages opens the breaker", "[dns][breaker]") {
  Lab lab(5s);
  SECTION("names that always failed") { lab.network.below("test", Outcome::failure); }
  SECTION("names that are silent") { lab.network.below("test", Outcome::timeout); }
  SECTION("names that answered first, of thousands of domains") {
    for (int i = 0; i < 5000; ++i)
      lab.ask("v" + std::to_string(i) + ".test");
    lab.network.below("test", GENERATE(Outcome::failure, Outcome::timeout));
  }
  for (int second = 0; second < 120; ++second) {
    for (int i = 0; i < 100; ++i)
      lab.ask("v" + std::to_string(100 * second + i) + ".test");
    lab.pass(1s);
    REQUIRE_FALSE(lab.breaker.state().open);
  }
  CHECK(lab.canaries() <= 5 + 120 / 2 + 1);
}

TEST_CASE("a resolver that fails is noticed in seconds, however little mail there is",
          "[dns][breaker]") {
  Lab lab(5s);
  SECTION("nobody listens, or everything is SERVFAIL") {
    lab.network.all(GENERATE(Outcome::timeout, Outcome::failure));
    lab.ask("only.example");
    lab.pass(4s);
  }
  SECTION("it says nothing") {
    lab.network.quiet(true);
    lab.ask("only.example");
    lab.pass(13s);
  }
  CHECK(lab.breaker.state() == dns::BreakerResolver::State{true, 5, 5});
}

TEST_CASE("a resolver that never answered anybody has failed", "[dns][breaker]") {
  Lab lab;
  lab.network.all(GENERATE(Outcome::timeout, Outcome::failure));
  lab.pass(60s);
  CHECK(lab.canaries() == 0);
  CHECK_FALSE(lab.breaker.state().open);  // Nobody has asked.
  lab.ask("first.example");
  lab.pass(4s);
  CHECK(lab.breaker.state().open);
  lab.network.all(Outcome::found);
  lab.pass(3s);
  CHECK_FALSE(lab.breaker.state().open);
}

TEST_CASE("less than most of the zones, or one bad moment, prove nothing", "[dns][breaker]") {
  Lab lab(5s);
  lab.network.below("one", Outcome::failure);
  lab.network.below("two", Outcome::timeout);
  lab.network.below("test", Outcome::failure);
  for (int i = 0; i < 60; ++i) {
    lab.ask("bad.test");
    lab.pass(1s);
    REQUIRE_FALSE(lab.breaker.state().open);
  }
  lab.network.all(Outcome::no_name);
  lab.ask("bad.test");
  lab.pass(10s);
  lab.network.all(Outcome::failure);
  lab.ask("bad.example");
  lab.pass(1s);
  lab.network.all(Outcome::no_name);
  lab.pass(60s);
  CHECK_FALSE(lab.breaker.state().open);
}

TEST_CASE("most of the zones open it; it closes when nearly all are back", "[dns][breaker]") {
  Lab lab(5s);
  lab.network.all(Outcome::failure);
  lab.network.below("one", Outcome::no_name);
  lab.network.below("two", Outcome::no_name);
  CHECK(lab.seconds_until(true) >= 0);
  lab.network.below("three", Outcome::no_name);
  CHECK(lab.seconds_until(false, 20) == -1);
  lab.network.below("four", Outcome::found);
  CHECK(lab.seconds_until(false, 5) >= 0);
}

TEST_CASE("it closes without any mail", "[dns][breaker]") {
  Lab lab(5s);
  lab.network.quiet(true);
  REQUIRE(lab.seconds_until(true) >= 0);
  lab.network.quiet(false);
  lab.pass(10s);
  CHECK_FALSE(lab.breaker.state().open);
  CHECK(lab.breaker.state().failed == 0);
}

TEST_CASE("in a network that knows none of the zones only silence opens it", "[dns][breaker]") {
  Lab lab;
  for (const std::string& zone : zones)
    lab.network.below(zone, Outcome::failure);
  lab.ask("inside.example");
  lab.network.below("test", Outcome::timeout);
  for (int i = 0; i < 60; ++i) {
    lab.ask("v" + std::to_string(i) + ".test");
    lab.pass(1s);
    REQUIRE_FALSE(lab.breaker.state().open);
  }
  lab.network.quiet(true);
  CHECK(lab.seconds_until(true) >= 0);
  lab.network.quiet(false);
  CHECK(lab.seconds_until(false) >= 0);
}

TEST_CASE("zones that others' answers outlive for an hour prove nothing more", "[dns][breaker]") {
  Lab lab(5s);
  for (const std::string& zone : zones)  // Another resolver, which knows only what is inside.
    lab.network.below(zone, Outcome::failure);
  lab.network.below("bad", Outcome::failure);
  lab.ask("x.bad");
  CHECK(lab.seconds_until(true) >= 0);
  for (int minute = 0; minute < 61; ++minute) {
    lab.ask("inside.example");
    lab.pass(60s);
  }
  CHECK_FALSE(lab.breaker.state().open);
  lab.network.all(Outcome::no_name);  // And back.
  lab.pass(1200s);
  lab.ask("x.example");
  lab.pass(1200s);
  lab.network.all(Outcome::failure);
  CHECK(lab.seconds_until(true) >= 0);
}

TEST_CASE("an outage may last longer than an hour", "[dns][breaker]") {
  Lab lab(5s);
  lab.network.all(Outcome::failure);
  REQUIRE(lab.seconds_until(true) >= 0);
  for (int minute = 0; minute < 300; ++minute) {
    lab.ask("x.example");
    lab.pass(60s);
    REQUIRE(lab.breaker.state().open);
  }
}

TEST_CASE("its own questions are few, new each time, and none while nobody asks",
          "[dns][breaker][limits]") {
  Lab lab;
  lab.pass(3600s);
  CHECK(lab.canaries() == 0);
  lab.ask("a.example");
  lab.pass(3600s);
  CHECK(lab.canaries() == 5);
  for (int i = 0; i < 3600; ++i) {
    lab.ask("n" + std::to_string(i) + ".example");
    lab.pass(1s);
  }
  CHECK(lab.canaries() <= 5 + 6);
  const auto names = lab.network.canaries();
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  CHECK(std::ranges::all_of(names, [](const std::string& name) { return name.size() < 40; }));
}

TEST_CASE("without zones it asks nothing and stays closed", "[dns][breaker]") {
  Network network;
  network.all(Outcome::failure);
  dns::BreakerResolver breaker(network, network, {.zones = {}});
  for (int i = 0; i < 10; ++i) {
    (void)breaker.lookup({"a.example", dns::Type::txt});
    CHECK_FALSE(breaker.watch().open);
  }
  CHECK(network.canaries().empty());
}

TEST_CASE("threads may ask while it watches", "[dns][breaker]") {
  support::FakeResolver zone;
  zone.hold();
  dns::BreakerResolver breaker(zone, zone, {.often = 0s});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&breaker, t] {
      for (int i = 0; i < 200; ++i) {
        (void)breaker.lookup({"t" + std::to_string(t) + "n" + std::to_string(i), dns::Type::txt});
        (void)breaker.state();
      }
    });
  }
  for (int i = 0; i < 50; ++i)
    (void)breaker.watch();
  threads.clear();
  zone.release();
  CHECK_FALSE(breaker.watch().open);
}

TEST_CASE("questions may outlive the breaker", "[dns][breaker]") {
  support::FakeResolver zone;
  zone.hold();
  dns::Pending pending;
  {
    dns::BreakerResolver breaker(zone, zone, {});
    pending = breaker.lookup({"a.example", dns::Type::txt});
    (void)breaker.watch();
  }
  zone.release();
  CHECK(pending.get().outcome == Outcome::no_name);
}
