#include <thread>
#include <vector>

#include "tests/daemon/world.hpp"

namespace {

using support::Answer;
using support::Daemon;
using support::eventually;
using support::Mta;

}  // namespace

TEST_CASE("a connection dropped in the middle of a message leaks nothing", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  REQUIRE(world::deliver(daemon, world::genuine()));
  const auto drop = [&](int stage) {
    auto mta = Mta::connect(daemon.socket());
    const support::Dialogue dialogue = world::genuine();
    const bool said = mta && (stage < 1 || mta->client(dialogue)) &&
                      (stage < 2 || mta->helo(dialogue)) && (stage < 3 || mta->mail(dialogue)) &&
                      (stage < 4 || mta->header(dialogue.letter)) &&
                      (stage < 5 || mta->body("Hello.\r\n"));
    return said;
  };
  const auto settled = [&] {
    std::size_t before = 0;
    std::size_t now = daemon.open_descriptors();
    for (int i = 0; i < 40 && before != now; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      before = std::exchange(now, daemon.open_descriptors());
    }
    return now;
  };
  const std::size_t before = settled();
  for (int i = 0; i < 60; ++i) {
    CHECK(drop(i % 6));
  }
  CHECK(eventually([&] { return daemon.open_descriptors() <= before; }));
  CHECK(world::deliver(daemon, world::genuine())->kind == Answer::Kind::deliver);
  world::check_good_end(daemon.stop());
  CHECK(daemon.events().size() == 2);  // Only what was answered.
}

TEST_CASE("an aborted message is followed by the next one", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  auto mta = Mta::connect(daemon.socket());
  REQUIRE(mta);
  REQUIRE(mta->client(world::genuine()));
  REQUIRE(mta->mail(world::forged()));
  REQUIRE(mta->header(world::forged().letter));
  REQUIRE(mta->abort());
  const auto answer = mta->deliver(world::genuine());
  REQUIRE(answer);
  CHECK(answer->kind == Answer::Kind::deliver);
  world::check_good_end(daemon.stop());
  CHECK(daemon.events().size() == 1);
}

TEST_CASE("a name server that is silent delays mail no longer than configured", "[daemon]") {
  world::Dns dns;
  for (const char* const name : {"example.com", "_dmarc.example.com"}) {
    dns.server.behave(name, support::DnsServer::Behaviour::drop);
  }
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  std::string toml = "milter.deadline_ms = 1500\n";
  for (const auto& [key, value] : daemon.settings()) {
    toml.append(key).append(" = ").append(key == "dns.timeout_ms" ? "60000" : value).append("\n");
  }
  daemon.configure(toml);
  REQUIRE(daemon.start());
  const auto began = std::chrono::steady_clock::now();
  const auto answer = world::deliver(daemon, world::forged());
  REQUIRE(answer);
  CHECK(answer->kind == Answer::Kind::defer);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
  world::check_good_end(daemon.stop());
}

TEST_CASE("a name server that talks nonsense is a temporary error", "[daemon]") {
  using Behaviour = support::DnsServer::Behaviour;
  world::Dns dns;
  const auto behaviour = GENERATE(Behaviour::garbage, Behaviour::wrong_id,
                                  Behaviour::wrong_question, Behaviour::refuse);
  dns.server.behave("_dmarc.example.com", behaviour);
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  const auto answer = world::deliver(daemon, world::forged());
  REQUIRE(answer);
  CHECK(answer->kind == Answer::Kind::defer);
  CHECK(answer->reply.starts_with("451 4.7."));
  world::check_good_end(daemon.stop());
}

TEST_CASE("a truncated answer over UDP is asked again over TCP", "[daemon]") {
  world::Dns dns;
  dns.server.behave("_dmarc.example.com", support::DnsServer::Behaviour::truncate);
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  const auto answer = world::deliver(daemon, world::forged());
  REQUIRE(answer);
  CHECK(answer->kind == Answer::Kind::reject);
  CHECK(dns.server.tcp_queries() > 0);
  world::check_good_end(daemon.stop());
}

TEST_CASE("a spool that vanishes costs no mail", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  std::filesystem::remove_all(daemon.folder() / "spool");
  CHECK(world::deliver(daemon, world::genuine())->kind == Answer::Kind::deliver);
  CHECK(daemon.wait_for_log("event not stored"));
  CHECK(world::deliver(daemon, world::forged())->kind == Answer::Kind::reject);
  world::check_good_end(daemon.stop());
}
