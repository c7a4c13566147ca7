#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "tests/daemon/world.hpp"

namespace {

using support::Answer;
using support::Daemon;

void configure(const Daemon& daemon, const std::string& more) {
  std::string toml;
  for (const auto& [key, value] : daemon.settings())
    toml.append(key).append(" = ").append(value).append("\n");
  daemon.configure(toml + more);
}

}  // namespace

TEST_CASE("a reload changes what new connections meet, not those that run", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  auto running = support::Mta::connect(daemon.socket());
  REQUIRE(running);
  REQUIRE(running->deliver(world::forged())->kind == Answer::Kind::reject);

  configure(daemon, "policy.preset = \"monitor\"\n");
  daemon.signal(SIGUSR1);
  REQUIRE(daemon.wait_for_log("reload: configuration 2-"));
  CHECK(world::deliver(daemon, world::forged())->kind == Answer::Kind::deliver);
  CHECK(running->deliver(world::forged())->kind == Answer::Kind::reject);
  world::check_good_end(daemon.stop());
}

TEST_CASE("a faulty new file keeps the old configuration and says where it is wrong", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  daemon.configure("\n\npolicy.preset = \"stricter\"\n");
  daemon.signal(SIGUSR1);
  REQUIRE(daemon.wait_for_log("kept the old configuration"));
  CHECK_THAT(daemon.log(), Catch::Contains("postern.toml:3:"));
  CHECK(world::deliver(daemon, world::forged())->kind == Answer::Kind::reject);

  configure(daemon, "policy.preset = \"monitor\"\n");  // Repaired.
  daemon.signal(SIGUSR1);
  REQUIRE(daemon.wait_for_log("reload: configuration 2-"));
  CHECK(world::deliver(daemon, world::forged())->kind == Answer::Kind::deliver);
  world::check_good_end(daemon.stop());
}

TEST_CASE("SIGHUP does no harm, also while a reload runs", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  for (int generation = 2; generation < 10; ++generation) {
    daemon.signal(SIGUSR1);
    for (int i = 0; i < 20; ++i)
      daemon.signal(SIGHUP);
    REQUIRE(daemon.wait_for_log("reload: configuration " + std::to_string(generation) + "-"));
  }
  const auto answer = world::deliver(daemon, world::forged());
  REQUIRE(answer);
  CHECK(answer->kind == Answer::Kind::reject);
  world::check_good_end(daemon.stop());
}

TEST_CASE("fifty sessions go on while the configuration is reloaded", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  constexpr int sessions = 50;
  constexpr int messages = 4;
  std::atomic<int> answered = 0;
  std::atomic<int> as_expected = 0;
  std::vector<std::thread> mtas;
  for (int i = 0; i < sessions; ++i) {
    mtas.emplace_back([&] {
      auto mta = support::Mta::connect(daemon.socket());
      for (int n = 0; mta && n < messages; ++n) {
        const auto answer = mta->deliver(n % 2 == 0 ? world::genuine() : world::forged());
        if (!answer) return;
        ++answered;
        const auto wanted = n % 2 == 0 ? Answer::Kind::deliver : Answer::Kind::reject;
        if (answer->kind == wanted) ++as_expected;
      }
      if (mta) mta->quit();
    });
  }
  for (int generation = 2; generation < 6; ++generation) {
    configure(daemon, "dns.cache_entries = " + std::to_string(1000 * generation) + "\n");
    daemon.signal(SIGUSR1);
    CHECK(daemon.wait_for_log("reload: configuration " + std::to_string(generation) + "-"));
  }
  for (std::thread& mta : mtas)
    mta.join();
  CHECK(answered == sessions * messages);
  CHECK(as_expected == sessions * messages);
  CHECK(daemon.events().size() == sessions * messages);
  world::check_good_end(daemon.stop());
}
