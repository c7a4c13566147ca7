#include "verify/dns/breaker_resolver.hpp"

#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"

using namespace std::chrono_literals;

namespace {

// A breaker over a DNS that is only data, and a clock that stands still.
struct Lab {
  support::FakeResolver dns;
  std::chrono::steady_clock::time_point now{1000s};
  dns::BreakerResolver breaker{
      dns, {.window = 30s, .names_min = 10, .open_at = 0.5, .close_at = 0.2, .now = [this] {
              return now;
            }}};

  void ask(const std::string& name) { (void)breaker.lookup({name, dns::Type::txt}); }
  // Asks `count` names of their own that are answered; the bad ones were, long ago.
  void ask(const std::string& kind, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = kind + std::to_string(i) + ".example";
      if (kind == "bad") {
        ask(name);
        dns.servfail(name);
      }
      ask("_dmarc." + name);
      ask(name);
    }
  }
};

}  // namespace

TEST_CASE("answers pass through unchanged", "[dns][breaker]") {
  Lab lab;
  lab.dns.add_txt("a.example", "hello");
  const dns::Answer answer = lab.breaker.lookup({"a.example", dns::Type::txt}).get();
  CHECK(answer.records == std::vector<dns::Record>{"hello"});
}

TEST_CASE("the breaker opens when half of the names fail", "[dns][breaker]") {
  Lab lab;
  lab.ask("good", 6);
  lab.ask("bad", 5);
  CHECK_FALSE(lab.breaker.state().open);
  lab.ask("worse.example");
  lab.dns.timeout("worse.example");
  lab.ask("worse.example");
  const dns::BreakerResolver::State state = lab.breaker.state();
  CHECK(state.open);
  CHECK(state.names == 12);
  CHECK(state.failed == 6);
}

TEST_CASE("few names prove nothing, nor does one broken domain with much mail", "[dns][breaker]") {
  Lab lab;
  lab.ask("bad", 9);
  CHECK_FALSE(lab.breaker.state().open);
  Lab other;
  other.ask("good", 5);
  for (int i = 0; i < 100; ++i) {
    const std::string name = "host" + std::to_string(i) + ".broken.example";
    other.ask(name);
    other.dns.servfail(name);
    other.ask(name);
  }
  CHECK(other.breaker.state().names == 6);
  CHECK(other.breaker.state().failed == 1);
}

TEST_CASE("broken domains that somebody names do not open it", "[dns][breaker]") {
  Lab lab;
  lab.ask("good", 1);
  for (int i = 0; i < 100; ++i) {
    const std::string name = "never" + std::to_string(i) + ".example";
    lab.dns.servfail(name);
    lab.ask(name);
  }
  CHECK_FALSE(lab.breaker.state().open);
  CHECK(lab.breaker.state().names == 1);
}

TEST_CASE("a resolver that never answered at all has failed", "[dns][breaker]") {
  Lab lab;
  for (int i = 0; i < 10; ++i) {
    const std::string name = "never" + std::to_string(i) + ".example";
    lab.dns.timeout(name);
    lab.ask(name);
  }
  CHECK(lab.breaker.state().open);
}

TEST_CASE("names that do not exist are answers", "[dns][breaker]") {
  Lab lab;
  for (int i = 0; i < 50; ++i) {
    lab.dns.nxdomain("none" + std::to_string(i) + ".example");
    lab.ask("none" + std::to_string(i) + ".example");
  }
  CHECK(lab.breaker.state().names == 50);
  CHECK(lab.breaker.state().failed == 0);
}

TEST_CASE("it stays open until few fail, then closes", "[dns][breaker]") {
  Lab lab;
  lab.ask("bad", 10);
  REQUIRE(lab.breaker.state().open);
  lab.ask("good", 40);  // 10 of 50 is 0.2.
  CHECK(lab.breaker.state().open);
  lab.ask("other", 1);
  CHECK_FALSE(lab.breaker.state().open);
}

TEST_CASE("a name counts by its last answer", "[dns][breaker]") {
  Lab lab;
  lab.ask("bad", 10);
  REQUIRE(lab.breaker.state().open);
  for (int i = 0; i < 10; ++i) {
    lab.dns.clear("bad" + std::to_string(i) + ".example");
    lab.ask("bad" + std::to_string(i) + ".example");
  }
  CHECK_FALSE(lab.breaker.state().open);
  CHECK(lab.breaker.state().failed == 0);
}

TEST_CASE("what is older than the window is forgotten", "[dns][breaker]") {
  Lab lab;
  lab.ask("bad", 10);
  REQUIRE(lab.breaker.state().open);
  lab.now += 30s;
  CHECK(lab.breaker.state().open);
  lab.now += 1ms;
  CHECK(lab.breaker.state().names == 0);
  CHECK_FALSE(lab.breaker.state().open);
}

TEST_CASE("an answer counts when it has come", "[dns][breaker]") {
  Lab lab;
  lab.dns.hold();
  lab.ask("bad", 10);
  CHECK(lab.breaker.state().names == 0);
  lab.now += 60s;
  lab.dns.release();
  CHECK(lab.breaker.state().open);
  lab.now += 29s;
  CHECK(lab.breaker.state().open);
}

TEST_CASE("many names do not fill the memory", "[dns][breaker][limits]") {
  Lab lab;
  for (int i = 0; i < 12'000; ++i)
    lab.ask("n" + std::to_string(i) + ".example");
  CHECK(lab.breaker.state().names == 10'000);
}

TEST_CASE("names of one label and none are names", "[dns][breaker]") {
  Lab lab;
  for (const char* name : {"", ".", "com", "a.", ".a", "a.b", "x.a.b"})
    lab.ask(name);
  CHECK(lab.breaker.state().names == 6);
}

TEST_CASE("threads may ask at once", "[dns][breaker]") {
  Lab lab;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&lab, t] {
      for (int i = 0; i < 200; ++i) {
        lab.ask("t" + std::to_string(t) + "n" + std::to_string(i) + ".example");
        if (i % 20 == 0) (void)lab.breaker.state();
      }
    });
  }
  threads.clear();
  CHECK(lab.breaker.state().names == 800);
}
