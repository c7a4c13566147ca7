// MTAs that differ from a current Postfix.
#include "tests/daemon/world.hpp"

namespace {

using support::Answer;
using support::Daemon;
using support::Mta;
using support::MtaOptions;

// Of libmilter's mfapi.h.
constexpr std::uint32_t no_replies = 0xFF080;
constexpr std::uint32_t skip = 0x400;
constexpr std::uint32_t set_macro_lists = 0x100;
constexpr std::uint32_t quarantine = 0x20;
constexpr std::uint32_t change_headers = 0x10;

}  // namespace

TEST_CASE("an MTA that sends no macro at all is served", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  auto mta = Mta::connect(daemon.socket(), {.macros = false});
  REQUIRE(mta);
  const auto answer = mta->deliver(world::genuine());
  REQUIRE(answer);
  CHECK(answer->kind == Answer::Kind::deliver);
  REQUIRE(answer->letter.values("Authentication-Results").size() == 1);
  CHECK_THAT(answer->letter.values("Authentication-Results").front(),
             Catch::StartsWith("mx.example.org; spf=pass"));
  world::check_good_end(daemon.stop());
}

TEST_CASE("without any macro and any configured name results have some name", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  std::string toml;
  for (const auto& [key, value] : daemon.settings()) {
    if (key != "milter.authserv_id") toml.append(key).append(" = ").append(value).append("\n");
  }
  daemon.configure(toml);
  REQUIRE(daemon.start());
  auto mta = Mta::connect(daemon.socket(), {.macros = false});
  REQUIRE(mta);
  const auto answer = mta->deliver(world::genuine());
  REQUIRE(answer);
  CHECK(answer->kind == Answer::Kind::deliver);
  world::check_good_end(daemon.stop());
}

TEST_CASE("an MTA that cannot keep leading space is refused", "[daemon][RFC 6376 §3.4.1]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  CHECK_FALSE(
      Mta::connect(daemon.socket(), {.protocol = MtaOptions{}.protocol & ~support::leading_space}));
  CHECK(daemon.wait_for_log("leading space"));
  CHECK(world::deliver(daemon, world::genuine()));
  world::check_good_end(daemon.stop());
}

TEST_CASE("an MTA that does not let header fields be changed is refused", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  CHECK_FALSE(Mta::connect(daemon.socket(), {.actions = MtaOptions{}.actions & ~change_headers}));
  CHECK(world::deliver(daemon, world::genuine()));
  world::check_good_end(daemon.stop());
}

TEST_CASE("an MTA that waits for every answer gets it", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  auto mta =
      Mta::connect(daemon.socket(), {.actions = MtaOptions{}.actions & ~set_macro_lists,
                                     .protocol = MtaOptions{}.protocol & ~(no_replies | skip)});
  REQUIRE(mta);
  for (int i = 0; i < 3; ++i) {
    CHECK(mta->deliver(world::genuine())->kind == Answer::Kind::deliver);
    CHECK(mta->deliver(world::forged())->kind == Answer::Kind::reject);
  }
  world::check_good_end(daemon.stop());
}

TEST_CASE("an MTA that cannot hold mail gets it marked or again, never lost", "[daemon]") {
  world::Dns dns;
  dns.zone.clear("_dmarc.example.com");
  dns.zone.add_txt("_dmarc.example.com", "v=DMARC1; p=quarantine");
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  std::string toml = "policy.quarantine = \"hold\"\n";
  for (const auto& [key, value] : daemon.settings())
    toml.append(key).append(" = ").append(value).append("\n");
  daemon.configure(toml);
  REQUIRE(daemon.start());
  auto mta = Mta::connect(daemon.socket(), {.actions = MtaOptions{}.actions & ~quarantine});
  REQUIRE(mta);
  const auto answer = mta->deliver(world::forged());
  REQUIRE(answer);
  CHECK(answer->kind != Answer::Kind::reject);
  CHECK(answer->hold_reason.empty());
  world::check_good_end(daemon.stop());
}

