#include <csignal>
#include <fstream>

#include <sysexits.h>

#include "tests/daemon/world.hpp"

namespace {

using support::Daemon;
using support::Ending;
using support::eventually;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("the daemon stops within two seconds of SIGTERM", "[daemon]") {
  const world::Dns dns;
  const auto kind = GENERATE(Daemon::Socket::local, Daemon::Socket::inet);
  Daemon daemon(POSTERN_MILTER, dns.server.address(), kind);
  REQUIRE(daemon.start());
  SECTION("idle") {}
  SECTION("after a message") { REQUIRE(world::deliver(daemon, world::genuine())); }
  const Ending ending = daemon.stop();
  world::check_good_end(ending);
  CHECK(ending.took < 4s);  // libmilter alone would take 5 s.
}

TEST_CASE("the daemon stops though an MTA keeps a connection open", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  auto mta = support::Mta::connect(daemon.socket());
  REQUIRE(mta);
  REQUIRE(mta->client(world::genuine()));
  const Ending ending = daemon.stop();
  world::check_good_end(ending);
  CHECK(ending.took < 4s);  // libmilter alone would take 5 s.
}

TEST_CASE("a taken socket is an error that names it", "[daemon]") {
  const world::Dns dns;
  const auto kind = GENERATE(Daemon::Socket::local, Daemon::Socket::inet);
  Daemon first(POSTERN_MILTER, dns.server.address(), kind);
  REQUIRE(first.start());
  Daemon second(POSTERN_MILTER, dns.server.address());
  second.configure("milter.socket = \"" + first.socket() + "\"\nspool.directory = \"" +
                   (second.folder() / "spool").string() + "\"\n");
  const Ending ending = second.run();
  CHECK(ending.status == EX_UNAVAILABLE);
  CHECK_THAT(ending.log, Catch::Contains(first.socket()));
  CHECK(ending.sanitizer_report().value_or("") == "");
  CHECK(world::deliver(first, world::genuine()));  // Undisturbed.
  world::check_good_end(first.stop());
}

TEST_CASE("a socket file nobody listens on any more is replaced", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  CHECK(daemon.kill().status == 128 + SIGKILL);
  REQUIRE(std::filesystem::exists(daemon.socket_file()));
  REQUIRE(daemon.start());
  CHECK(world::deliver(daemon, world::genuine()));
  world::check_good_end(daemon.stop());
}

TEST_CASE("a faulty configuration is refused with file and line", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  struct Row {
    const char* toml;
    const char* complaint;
  };
  const auto row = GENERATE(values<Row>({
      {"\n[policy]\npreset = \"stricter\"\n", ":3:"},
      {"[policy]\npresett = \"strict\"\n", ":2:"},
      {"[policy\n", ":1:"},
      {"[milter]\nsocket = \"nonsense\"\n", ":2:"},
      {"[dns]\ntimeout_ms = \"fast\"\n", ":2:"},
  }));
  daemon.configure(row.toml);
  const Ending ending = daemon.run();
  CHECK(ending.status == EX_CONFIG);
  CHECK_THAT(ending.log, Catch::Contains("postern.toml" + std::string(row.complaint)));
  CHECK(ending.sanitizer_report().value_or("") == "");
}

TEST_CASE("a missing configuration file is a configuration error", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  std::filesystem::remove(daemon.configuration_file());
  CHECK(daemon.run().status == EX_CONFIG);
}

TEST_CASE("a spool that cannot be made keeps the daemon from starting", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  std::ofstream(daemon.folder() / "spool") << "a file in the way";
  const Ending ending = daemon.run();
  CHECK(ending.status == EX_UNAVAILABLE);
  CHECK_THAT(ending.log, Catch::Contains("spool"));
}

TEST_CASE("after kill -9 the daemon starts again and no answered message is lost", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  std::size_t answered = 0;
  for (int round = 0; round < 3; ++round) {
    REQUIRE(daemon.start());
    auto mta = support::Mta::connect(daemon.socket());
    REQUIRE(mta);
    for (int i = 0; i < 20; ++i) {
      REQUIRE(mta->deliver(world::genuine()));
      ++answered;
    }
    REQUIRE(mta->mail(world::genuine()));  // Killed in the middle of this one.
    CHECK(daemon.kill().status == 128 + SIGKILL);
    CHECK(daemon.events().size() == answered);
  }
  REQUIRE(daemon.start());
  CHECK(world::deliver(daemon, world::genuine()));
  world::check_good_end(daemon.stop());
  CHECK(daemon.events().size() == answered + 1);
}
