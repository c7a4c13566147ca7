#include "verify/dns/ares_resolver.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/daemon.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/verify/dns/ares_world.hpp"

using dns::Answer;
using dns::AresResolver;
using dns::Outcome;
using dns::Type;
using Behaviour = support::DnsServer::Behaviour;
using std::chrono::milliseconds;
using namespace ares_world;

TEST_CASE("questions are answered over UDP", "[dns]") {
  Setup setup;
  setup.zone.add_txt("example.com", "v=spf1 -all");
  setup.zone.add_a("example.com", "192.0.2.1");
  setup.zone.add_mx("example.com", 10, "mail.example.com");
  setup.zone.add_ptr("192.0.2.1", "mail.example.com");
  setup.zone.set_authentic(true);
  const auto resolver = setup.open();
  const Answer txt = ask(*resolver, "example.com");
  CHECK(txt.outcome == Outcome::found);
  CHECK(txt.records == std::vector<dns::Record>{std::string("v=spf1 -all")});
  CHECK(txt.ttl == base::Seconds(300));
  CHECK_FALSE(txt.authentic);  // The server was not trusted with it.
  CHECK(dns::text(ask(*resolver, "example.com", Type::a).records[0]) == "192.0.2.1");
  CHECK(dns::text(ask(*resolver, "example.com", Type::mx).records[0]) == "10 mail.example.com");
  CHECK(ask(*resolver, "1.2.0.192.in-addr.arpa", Type::ptr).outcome == Outcome::found);
  CHECK(setup.server.tcp_queries() == 0);
}

TEST_CASE("nothing there is told apart, with its TTL", "[dns][RFC 2308 §5]") {
  Setup setup;
  setup.zone.set_ttl(base::Seconds(42));
  setup.zone.add_a("example.com", "192.0.2.1");
  setup.zone.servfail("broken.example");
  const auto resolver = setup.open();
  CHECK(ask(*resolver, "example.com") == Answer{Outcome::no_data, {}, base::Seconds(42), false});
  CHECK(ask(*resolver, "no.example") == Answer{Outcome::no_name, {}, base::Seconds(42), false});
  CHECK(ask(*resolver, "broken.example").outcome == Outcome::failure);
}

TEST_CASE("a trusted server's AD bit is asked for and passed on", "[dns][RFC 6840 §5.7]") {
  Setup setup;
  setup.zone.set_authentic(true);
  setup.zone.add_txt("example.com", "x");
  auto options = setup.options();
  options.trust_authentic = true;
  const auto resolver = Setup::open(options);
  CHECK(ask(*resolver, "example.com").authentic);
  CHECK((setup.server.last_query()[3] & 0x20) != 0);
}

TEST_CASE("an answer too long for UDP comes over TCP", "[dns][RFC 7766 §5]") {
  Setup setup;
  const std::string fits(1000, 'a');
  const std::string is_long(3000, 'b');
  setup.zone.add_txt("fits.example", fits);
  setup.zone.add_txt("long.example", is_long);
  setup.zone.add_txt("short.example", "c");
  setup.server.behave("short.example", Behaviour::truncate);
  const auto resolver = setup.open();
  CHECK(std::get<std::string>(ask(*resolver, "fits.example").records[0]) == fits);
  CHECK(setup.server.tcp_queries() == 0);
  CHECK(std::get<std::string>(ask(*resolver, "long.example").records[0]) == is_long);
  CHECK(ask(*resolver, "short.example").outcome == Outcome::found);
  CHECK(setup.server.tcp_queries() == 2);
}

TEST_CASE("a server without EDNS is asked without", "[dns][RFC 6891 §7]") {
  Setup setup;
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    setup.zone.add_txt(name, "x");
    setup.server.behave(name, Behaviour::no_edns);
  }
  const auto resolver = setup.open();
  CHECK(ask(*resolver, "a.example").outcome == Outcome::found);
  CHECK(ask(*resolver, "b.example").outcome == Outcome::found);
  CHECK(ask(*resolver, "c.example").outcome == Outcome::found);
}

TEST_CASE("nonsense and refusal are failures, strangers' answers are not heard", "[dns]") {
  Setup setup;
  const std::pair<const char*, Behaviour> odd[] = {
      {"garbage.example", Behaviour::garbage},
      {"refuse.example", Behaviour::refuse},
      {"id.example", Behaviour::wrong_id},
      {"question.example", Behaviour::wrong_question},
  };
  for (const auto& [name, behaviour] : odd) {
    setup.zone.add_txt(name, "x");
    setup.server.behave(name, behaviour);
  }
  auto options = setup.options();
  options.timeout = milliseconds(100);
  const auto resolver = Setup::open(options);
  CHECK(ask(*resolver, "garbage.example").outcome == Outcome::failure);
  CHECK(ask(*resolver, "refuse.example").outcome == Outcome::failure);
  CHECK(ask(*resolver, "id.example").outcome == Outcome::timeout);
  CHECK(ask(*resolver, "question.example").outcome == Outcome::timeout);
}

TEST_CASE("names that cannot exist need no packet", "[dns][RFC 1035 §2.3.4]") {
  Setup setup;
  const auto resolver = setup.open();
  std::string too_long;
  for (int i = 0; i < 127; ++i)
    too_long += "a.";
  for (const std::string& name :
       {std::string(), std::string("a..b"), std::string(64, 'x') + ".example", too_long + "b"}) {
    const dns::Pending pending = resolver->lookup({name, Type::txt});
    CHECK(dns::is_ready(pending));
    CHECK(dns::wait(pending, base::Deadline::max()).outcome == Outcome::no_name);
  }
  CHECK(setup.server.udp_queries() == 0);
  CHECK(ask(*resolver, "back\\slash.example").outcome == Outcome::no_name);
  CHECK(setup.server.last_query().find("\x0A"
                                       "back\\slash\7example") != std::string::npos);
}

TEST_CASE("questions to servers further away leave from ports by chance, in mixed case",
          "[dns][RFC 5452 §9.2]") {
  Setup setup;
  auto options = setup.options();
  options.guard_loopback = true;
  const auto resolver = Setup::open(options);
  constexpr int rounds = 40;
  int mixed = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string name = "abcdefghijklmnop" + std::to_string(i) + ".example";
    CHECK(ask(*resolver, name).outcome == Outcome::no_name);
    if (setup.server.last_query().find("abcdefghijklmnop") == std::string::npos) ++mixed;
  }
  CHECK(mixed >= rounds - 1);
  CHECK(setup.server.udp_ports() >= rounds - 2);  // Chance may take one twice.
  CHECK(setup.server.tcp_queries() == 0);

  std::vector<dns::Pending> burst;
  for (int i = 0; i < 1000; ++i)
    burst.push_back(resolver->lookup({"b" + std::to_string(i) + ".example", Type::txt}));
  for (const dns::Pending& pending : burst)
    CHECK(dns::wait(pending, Clock::now() + std::chrono::seconds(20)).outcome == Outcome::no_name);
  CHECK(setup.server.udp_ports() >= 60);
}

TEST_CASE("to servers on this machine one port will do, in lower case", "[dns]") {
  Setup setup;
  const auto resolver = setup.open();
  CHECK(ask(*resolver, "abcdefghijklmnop.example").outcome == Outcome::no_name);
  CHECK(setup.server.last_query().find("abcdefghijklmnop\7example") != std::string::npos);
}

TEST_CASE("an answer in another spelling is asked for again over TCP", "[dns][RFC 5452 §9.2]") {
  Setup setup;
  auto options = setup.options();
  options.guard_loopback = true;
  const auto resolver = Setup::open(options);
  for (const char* name : {"forged-again-and-again.example", "just-how-it-answers.example",
                           "from-now-on-in-lower-case.example"}) {
    setup.zone.add_txt(name, "x");
  }
  setup.server.behave("forged-again-and-again.example", Behaviour::forged);
  setup.server.behave("just-how-it-answers.example", Behaviour::lower_case);
  setup.server.behave("from-now-on-in-lower-case.example", Behaviour::lower_case);
  CHECK(ask(*resolver, "forged-again-and-again.example").outcome == Outcome::found);
  CHECK(setup.server.tcp_queries() == 1);
  CHECK(resolver->situation().strangers == 1);
  CHECK(ask(*resolver, "just-how-it-answers.example").outcome == Outcome::found);
  CHECK(setup.server.tcp_queries() == 2);
  CHECK(ask(*resolver, "from-now-on-in-lower-case.example").outcome == Outcome::found);
  CHECK(setup.server.tcp_queries() == 2);
  CHECK(resolver->situation().strangers == 1);
}

TEST_CASE("a server without TCP that does not keep the case is heard all the same", "[dns]") {
  Setup setup;
  auto options = setup.options();
  options.guard_loopback = true;
  const auto resolver = Setup::open(options);
  setup.server.serve_tcp(false);
  for (int i = 0; i < 3; ++i) {
    const std::string name = "a-name-long-enough" + std::to_string(i) + ".example";
    setup.zone.add_txt(name, "x");
    setup.server.behave(name, Behaviour::lower_case);
    CHECK(ask(*resolver, name).outcome == Outcome::found);
  }
  CHECK(setup.server.udp_queries() == 2 + 1 + 1);  // The first twice.
}

TEST_CASE("a server that keeps the case is never believed in another", "[dns]") {
  Setup setup;
  auto options = setup.options();
  options.guard_loopback = true;
  options.timeout = milliseconds(100);
  const auto resolver = Setup::open(options);
  setup.server.serve_tcp(false);
  setup.zone.add_txt("genuine-answers-come-first.example", "x");
  setup.zone.add_txt("forged-again-and-again.example", "x");
  setup.server.behave("forged-again-and-again.example", Behaviour::forged);
  CHECK(ask(*resolver, "genuine-answers-come-first.example").outcome == Outcome::found);
  CHECK(ask(*resolver, "forged-again-and-again.example").outcome == Outcome::timeout);
}

TEST_CASE("two servers that fail are a failure", "[dns]") {
  Setup one;
  Setup two;
  one.zone.servfail("example.com");
  two.zone.servfail("example.com");
  auto options = one.options();
  options.servers.push_back(two.server.address());
  const auto resolver = Setup::open(options);
  CHECK(ask(*resolver, "example.com").outcome == Outcome::failure);
  CHECK(one.server.udp_queries() + two.server.udp_queries() == 2);
}

TEST_CASE("resolv.conf is read again when it has changed", "[dns]") {
  Setup before;
  Setup after;
  before.zone.add_txt("example.com", "before");
  after.zone.add_txt("example.com", "after");
  const support::TemporaryFolder folder;
  const auto write = [&](const std::string& text) {
    std::ofstream(folder / "new") << text;
    std::filesystem::rename(folder / "new", folder / "resolv.conf");
  };
  write("nameserver " + before.server.address() + "\n");
  const auto resolver =
      Setup::open({.resolv_conf = folder / "resolv.conf", .timeout = milliseconds(2000)});
  const auto text = [&] {
    const Answer answer = ask(*resolver, "example.com");
    return answer.outcome == Outcome::found ? dns::text(answer.records[0]) : std::string();
  };
  CHECK(text() == "before");
  before.server.behave("slow.example", Behaviour::drop);
  const dns::Pending on_its_way = resolver->lookup({"slow.example", Type::txt});

  write("");  // As while it is being written.
  resolver->read_servers_again();
  CHECK(text() == "before");
  CHECK(resolver->situation().list.trouble.ends_with("names no server"));
  write("nameserver " + after.server.address() + "\n");
  resolver->read_servers_again();
  CHECK(text() == "after");
  CHECK(resolver->situation().changes == 2);
  CHECK(resolver->situation().list.trouble.empty());
  CHECK_FALSE(on_its_way.is_ready());

  write("nameserver " + before.server.address() + "\n");  // By itself, within a second or so.
  CHECK(support::eventually([&] { return text() == "before"; }));
}

TEST_CASE("without a resolv.conf this machine is asked", "[dns]") {
  const auto resolver = Setup::open({.resolv_conf = "/nonexistent/resolv.conf"});
  const dns::ServerList list = resolver->situation().list;
  REQUIRE(list.servers.size() == 1);
  CHECK(list.servers[0].text() == "127.0.0.1");
  CHECK(list.trouble == "/nonexistent/resolv.conf names no server");
}

TEST_CASE("options that make no sense are refused", "[dns]") {
  for (const char* good : {"127.0.0.1", "127.0.0.1:5353", "::1", "[::1]", "[::1]:53"}) {
    INFO(good);
    CHECK(AresResolver::open({.servers = {good}}).has_value());
  }
  const auto opened = AresResolver::open({.servers = {"localhost"}});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().what.find("localhost") != std::string::npos);
  CHECK_FALSE(AresResolver::open({.timeout = milliseconds(0)}).has_value());
  CHECK_FALSE(AresResolver::open({.attempts = 0}).has_value());
  CHECK(AresResolver::open({}).has_value());  // /etc/resolv.conf.
}
