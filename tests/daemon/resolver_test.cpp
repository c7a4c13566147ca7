// The name servers: which are asked, and what is done when they fail.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "tests/daemon/world.hpp"

namespace {

using support::Answer;
using support::Daemon;
using support::eventually;

// The usual configuration, but that the servers come from a file in the daemon's folder.
void configure_servers(const Daemon& daemon, const std::string& more = "") {
  std::string toml = "dns.resolv_conf = \"" + (daemon.folder() / "resolv.conf").string() + "\"\n";
  for (const auto& [key, value] : daemon.settings()) {
    if (key != "dns.servers") toml.append(key).append(" = ").append(value).append("\n");
  }
  daemon.configure(toml + more);
}

void name_server(const Daemon& daemon, const std::string& address) {
  const auto file = daemon.folder() / "resolv.conf.new";
  std::ofstream(file) << "nameserver " << address << "\n";
  std::filesystem::rename(file, daemon.folder() / "resolv.conf");
}

bool is_refused(const Daemon& daemon) {
  return world::deliver(daemon, world::forged())->kind == Answer::Kind::reject;
}

}  // namespace

TEST_CASE("another resolv.conf is noticed by itself, and by a reload", "[daemon]") {
  const world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  configure_servers(daemon);
  name_server(daemon, "127.0.0.1:1");  // Nobody.
  REQUIRE(daemon.start());
  CHECK(daemon.wait_for_log("dns: asks 127.0.0.1:1\n"));
  CHECK_FALSE(is_refused(daemon));
  name_server(daemon, dns.server.address());
  CHECK(eventually([&] { return is_refused(daemon); }));
  CHECK(daemon.wait_for_log("dns: asks " + dns.server.address() + "\n"));

  name_server(daemon, "127.0.0.1:2");
  daemon.signal(SIGUSR1);
  CHECK(daemon.wait_for_log("dns: asks 127.0.0.1:2\n"));
  name_server(daemon, dns.server.address());
  configure_servers(daemon, "log.level = \"info\"\n");
  daemon.signal(SIGUSR1);
  CHECK(daemon.wait_for_log("reload: configuration 3-"));
  CHECK(is_refused(daemon));  // And its cache stayed warm.
  world::check_good_end(daemon.stop());
}

TEST_CASE("a resolv.conf without servers, and servers far away, are warned about", "[daemon]") {
  Daemon daemon(POSTERN_MILTER, "127.0.0.1");
  configure_servers(daemon);
  REQUIRE(daemon.start());
  CHECK(daemon.wait_for_log("resolv.conf names no server; 127.0.0.1 is asked"));
  name_server(daemon, "192.0.2.53");
  daemon.signal(SIGUSR1);
  CHECK(daemon.wait_for_log("dns: server 192.0.2.53 is not on this machine"));
  world::check_good_end(daemon.stop());
}

TEST_CASE("a resolver that dies is told about however little mail there is, and that it is back",
          "[daemon]") {
  support::FakeResolver zone;
  zone.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
  zone.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  auto server = std::make_unique<support::DnsServer>(zone);
  const std::uint16_t port = server->port();
  Daemon daemon(POSTERN_MILTER, server->address());
  daemon.configure();
  REQUIRE(daemon.start());
  CHECK(is_refused(daemon));
  REQUIRE(eventually([&] {  // It has seen that its own questions are answered.
    const auto asked = zone.asked();
    return std::ranges::count_if(asked, [](const dns::Question& question) {
             return question.name.starts_with("postern-canary-");
           }) == 5;
  }));
  server.reset();
  support::Dialogue other = world::genuine();
  other.mail_from = "<bob@other.example>";
  other.letter = support::Letter::parse("From: bob@other.example\r\nSubject: x\r\n\r\nHello.\r\n");
  REQUIRE(world::deliver(daemon, other));
  CHECK(daemon.wait_for_log("dns: the resolver fails: 5 of 5 questions of our own"));
  CHECK_FALSE(is_refused(daemon));  // Though all it needs to know is in the cache.
  server = std::make_unique<support::DnsServer>(zone, port);
  CHECK(daemon.wait_for_log("dns: the resolver answers again"));
  CHECK(is_refused(daemon));
  world::check_good_end(daemon.stop());
}

TEST_CASE("broken domains in mail do not make the resolver look broken", "[daemon]") {
  world::Dns dns;
  Daemon daemon(POSTERN_MILTER, dns.server.address());
  REQUIRE(daemon.start());
  for (int i = 0; i < 40; ++i) {
    const std::string domain = "v" + std::to_string(i) + ".example";
    support::Dialogue dialogue = world::forged();
    dialogue.mail_from = "<x@" + domain + ">";
    dialogue.letter =
        support::Letter::parse("From: x@" + domain + "\r\nSubject: x\r\n\r\nHello.\r\n");
    REQUIRE(world::deliver(daemon, dialogue));  // They answer first …
    dns.zone.servfail("dead." + domain);
    dialogue.mail_from = "<x@dead." + domain + ">";  // … and then not.
    REQUIRE(world::deliver(daemon, dialogue));
  }
  std::this_thread::sleep_for(std::chrono::seconds(3));
  CHECK(is_refused(daemon));
  CHECK_FALSE(daemon.log().contains("the resolver fails"));
  world::check_good_end(daemon.stop());
}
