#include "verify/dns/caching_resolver.hpp"

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "base/guarded.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/faulty_resolver.hpp"

using base::Seconds;
using dns::Outcome;
using dns::Type;

namespace {

struct CachedDns {
  explicit CachedDns(const dns::CachingResolver::Options& options = {})
      : cache(fake, options, [this] { return now; }) {}

  Outcome ask(const std::string& name, Type type = Type::txt) {
    return dns::wait(cache.lookup({name, type}), {}).outcome;
  }
  // Asks twice now, just before and at the end of `ttl`.
  bool kept_for(const std::string& name, Seconds ttl) {
    const std::size_t before = fake.count();
    ask(name);
    ask(name);  // A failure counts from when it is first seen.
    now += ttl - Seconds(1);
    ask(name);
    const bool early = fake.count() > before + 1;
    now += Seconds(1);
    ask(name);
    return !early && fake.count() == before + 2;
  }

  support::FakeResolver fake;
  std::chrono::steady_clock::time_point now{Seconds(1000)};
  dns::CachingResolver cache;
};

}  // namespace

TEST_CASE("an answer is kept for its TTL and not longer", "[dns][RFC 1035 §3.2.1]") {
  CachedDns setup;
  setup.fake.set_ttl(Seconds(120));
  setup.fake.add_txt("example.com", "x");
  CHECK(setup.kept_for("example.com", Seconds(120)));
}

TEST_CASE("types of one name are apart", "[dns]") {
  CachedDns setup;
  setup.fake.add_txt("example.com", "x");
  CHECK(setup.ask("example.com", Type::txt) == Outcome::found);
  CHECK(setup.ask("example.com", Type::a) == Outcome::no_data);
  CHECK(setup.ask("example.com", Type::txt) == Outcome::found);
  CHECK(setup.fake.count() == 2);
}

TEST_CASE("no TTL is longer than the site allows", "[dns]") {
  CachedDns setup({.ttl_max = Seconds(3600), .negative_ttl_max = Seconds(900)});
  setup.fake.set_ttl(Seconds(1'000'000));
  setup.fake.add_txt("example.com", "x");
  CHECK(setup.kept_for("example.com", Seconds(3600)));
  CHECK(setup.kept_for("no.example", Seconds(900)));
}

TEST_CASE("that there is nothing is kept for the negative TTL", "[dns][RFC 2308 §5]") {
  CachedDns setup;
  setup.fake.set_ttl(Seconds(60));
  setup.fake.add_empty("empty.example");
  CHECK(setup.kept_for("no.example", Seconds(60)));
  CHECK(setup.kept_for("empty.example", Seconds(60)));
  setup.fake.set_ttl(Seconds(0));  // No SOA.
  CHECK(setup.kept_for("other.example", Seconds(5)));
}

TEST_CASE("failures are kept for moments", "[dns][RFC 2308 §7]") {
  CachedDns setup;
  setup.fake.servfail("broken.example");
  setup.fake.timeout("slow.example");
  CHECK(setup.kept_for("broken.example", Seconds(5)));
  CHECK(setup.kept_for("slow.example", Seconds(5)));
}

TEST_CASE("a failure that took long is still kept for moments", "[dns][RFC 2308 §7]") {
  CachedDns setup;
  setup.fake.timeout("slow.example");
  setup.fake.hold();
  const dns::Pending pending = setup.cache.lookup({"slow.example", Type::txt});
  setup.now += Seconds(8);
  setup.fake.release();
  CHECK(setup.ask("slow.example") == Outcome::timeout);
  setup.now += Seconds(4);
  CHECK(setup.ask("slow.example") == Outcome::timeout);
  CHECK(setup.fake.count() == 1);
  setup.now += Seconds(1);
  setup.ask("slow.example");
  CHECK(setup.fake.count() == 2);
}

TEST_CASE("a failure nobody asked about again is not served hours later", "[dns]") {
  CachedDns setup;
  setup.fake.servfail("broken.example");
  (void)setup.cache.lookup({"broken.example", Type::txt});
  setup.now += Seconds(7200);
  setup.fake.clear("broken.example");
  setup.fake.add_txt("broken.example", "well again");
  CHECK(setup.ask("broken.example") == Outcome::found);
}

TEST_CASE("failures are forgotten when other servers are asked, answers are not", "[dns]") {
  CachedDns setup;
  setup.fake.servfail("broken.example");
  setup.fake.add_txt("well.example", "text");
  CHECK(setup.ask("broken.example") == Outcome::failure);
  CHECK(setup.ask("well.example") == Outcome::found);
  CHECK(setup.ask("no.example") == Outcome::no_name);
  setup.fake.clear("broken.example");
  setup.fake.add_txt("broken.example", "well again");
  setup.cache.forget_failures();
  CHECK(setup.ask("broken.example") == Outcome::found);
  CHECK(setup.ask("well.example") == Outcome::found);
  CHECK(setup.ask("no.example") == Outcome::no_name);
  CHECK(setup.fake.count() == 4);
  setup.fake.hold();
  const dns::Pending pending = setup.cache.lookup({"slow.example", Type::txt});
  setup.cache.forget_failures();
  setup.fake.release();
  CHECK(pending.is_ready());
}

TEST_CASE("equal questions in flight are one, whatever the TTL", "[dns]") {
  CachedDns setup;
  setup.fake.set_ttl(Seconds(0));
  setup.fake.add_txt("example.com", "x");
  setup.fake.hold();
  const dns::Pending first = setup.cache.lookup({"example.com", Type::txt});
  const dns::Pending second = setup.cache.lookup({"example.com", Type::txt});
  CHECK_FALSE(dns::is_ready(first));
  CHECK(setup.fake.count() == 1);
  setup.fake.release();
  CHECK(dns::wait(first, base::Deadline::max()).outcome == Outcome::found);
  CHECK(dns::wait(second, base::Deadline::max()).outcome == Outcome::found);
  setup.ask("example.com");  // A TTL of zero is not kept.
  CHECK(setup.fake.count() == 2);
}

TEST_CASE("a TTL that ran out on the way is asked again", "[dns]") {
  CachedDns setup;
  setup.fake.set_ttl(Seconds(2));
  setup.fake.add_txt("example.com", "x");
  setup.fake.hold();
  const dns::Pending first = setup.cache.lookup({"example.com", Type::txt});
  setup.now += Seconds(3);
  setup.fake.release();
  CHECK(dns::wait(first, base::Deadline::max()).outcome == Outcome::found);
  setup.ask("example.com");
  CHECK(setup.fake.count() == 2);
}

TEST_CASE("the cache is bounded in entries, the least recently used go first", "[dns]") {
  CachedDns setup({.entries_max = 640});
  setup.fake.add_txt("hot.example", "x");
  for (int i = 0; i < 5000; ++i) {
    setup.ask("n" + std::to_string(i) + ".example");
    setup.ask("hot.example");
  }
  CHECK(setup.cache.size() <= 640);
  CHECK(setup.cache.size() > 500);
  CHECK(setup.fake.count("hot.example", Type::txt) == 1);
}

TEST_CASE("the cache is bounded in octets", "[dns]") {
  CachedDns setup({.octets_max = 64 * 100'000});
  const std::string large(60'000, 'x');
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    setup.fake.add_txt(name, large);
    setup.ask(name);
  }
  // A shard holds one of them by its size and at most a few whose size is not yet known.
  CHECK(setup.cache.size() <= 64 * 4);
}

TEST_CASE("many threads get right answers and ask little", "[dns]") {
  support::FakeResolver fake;
  for (int i = 0; i < 50; ++i)
    fake.add_txt("n" + std::to_string(i) + ".example", "x");
  dns::CachingResolver cache(fake, {.entries_max = 6400});
  std::atomic<int> found = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) {
          const std::string name = "n" + std::to_string(i % 50) + ".example";
          const dns::Pending pending = cache.lookup({name, Type::txt});
          if (dns::wait(pending, {}).outcome == Outcome::found) ++found;
        }
      });
    }
  }
  CHECK(found == 16'000);
  CHECK(fake.count() == 50);
}

TEST_CASE("bad luck below never loses a question", "[dns]") {
  support::FakeResolver fake;
  fake.add_txt("a.example", "x");
  support::FaultyResolver faulty(fake, {.seed = 7,
                                        .loss = 0.2,
                                        .failure = 0.2,
                                        .delay = 0.5,
                                        .delay_max = std::chrono::milliseconds(5)});
  dns::CachingResolver cache(faulty, {.failure_ttl = Seconds(0)});
  int counts[5] = {};
  for (int i = 0; i < 100; ++i) {
    const dns::Pending pending = cache.lookup({"n" + std::to_string(i) + ".example", Type::txt});
    REQUIRE(pending.wait_until(std::chrono::steady_clock::now() + Seconds(10)));
    ++counts[static_cast<std::size_t>(pending.get().outcome)];
  }
  CHECK(counts[static_cast<std::size_t>(Outcome::no_name)] > 30);
  CHECK(counts[static_cast<std::size_t>(Outcome::failure)] > 5);
  CHECK(counts[static_cast<std::size_t>(Outcome::timeout)] > 5);
}
