#include "verify/dns/ares_resolver.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/daemon.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/temporary_folder.hpp"

using dns::Answer;
using dns::AresResolver;
using dns::Outcome;
using dns::Type;
using support::DnsServer;
using Behaviour = support::DnsServer::Behaviour;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

struct Setup {
  support::FakeResolver zone;
  DnsServer server{zone};

  [[nodiscard]] AresResolver::Options options() const {
    return {.servers = {server.address()}, .timeout = milliseconds(2000), .attempts = 2};
  }
  [[nodiscard]] std::unique_ptr<AresResolver> open() const { return open(options()); }
  [[nodiscard]] static std::unique_ptr<AresResolver> open(const AresResolver::Options& options) {
    auto opened = AresResolver::open(options);
    REQUIRE(opened.has_value());
    return std::move(*opened);
  }
};

Answer ask(AresResolver& resolver, const std::string& name, Type type = Type::txt) {
  const dns::Pending pending = resolver.lookup({name, type});
  REQUIRE(pending.wait_until(Clock::now() + std::chrono::seconds(20)));
  return pending.get();
}

milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

// A server that never answers. When a packet came is told by the kernel, so it does not matter when
// it is read.
class ArrivalTimes {
 public:
  ArrivalTimes() {
    const int yes = 1;
    const int octets = 8 << 20;
    ::setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~ArrivalTimes() { ::close(socket_); }
  ArrivalTimes(const ArrivalTimes&) = delete;
  ArrivalTimes& operator=(const ArrivalTimes&) = delete;

  [[nodiscard]] std::string address() const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }

  // Of all packets since the beginning that the socket's buffer could hold.
  [[nodiscard]] std::vector<std::chrono::nanoseconds> take() const {
    std::vector<std::chrono::nanoseconds> times;
    while (true) {
      alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control{};
      std::array<char, 512> packet{};
      iovec part{packet.data(), packet.size()};
      msghdr message{};
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      if (::recvmsg(socket_, &message, MSG_DONTWAIT) < 0) return times;
      timespec time{};
      const cmsghdr* const header = CMSG_FIRSTHDR(&message);
      REQUIRE(header != nullptr);
      std::memcpy(&time, CMSG_DATA(header), sizeof time);
      times.push_back(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
    }
  }

 private:
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::size_t open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

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

TEST_CASE("one's questions past the bound are answered at once", "[dns][limits]") {
  Setup setup;
  const auto resolver = setup.open();
  std::vector<dns::Pending> flood;
  for (int i = 0; i < 20'000; ++i) {
    flood.push_back(resolver->lookup({"s" + std::to_string(i) + ".flood.example", Type::txt}));
  }
  std::size_t refused = 0;
  for (const dns::Pending& pending : flood) {
    const Outcome outcome = dns::wait(pending, Clock::now() + std::chrono::seconds(20)).outcome;
    if (outcome == Outcome::timeout) ++refused;
  }
  CHECK(refused < flood.size());
  CHECK(ask(*resolver, "other.test").outcome == Outcome::no_name);
}

TEST_CASE("an urgent question does not wait behind a flood", "[dns]") {
  Setup setup;
  auto options = setup.options();
  options.timeout = milliseconds(30'000);
  const auto resolver = Setup::open(options);
  constexpr int many = 9'000;
  std::vector<dns::Pending> flood;
  for (int i = 0; i < many; ++i)
    flood.push_back(resolver->lookup({"n" + std::to_string(i) + ".example", Type::txt}));
  const dns::Pending urgent = resolver->urgent().lookup({"urgent.example", Type::txt});
  CHECK(dns::wait(urgent, Clock::now() + std::chrono::seconds(20)).outcome == Outcome::no_name);
  CHECK(dns::wait(flood.back(), Clock::now() + std::chrono::seconds(20)).outcome ==
        Outcome::no_name);
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

TEST_CASE("silence ends after timeout times attempts", "[dns]") {
  Setup setup;
  setup.zone.add_txt("drop.example", "x");
  setup.server.behave("drop.example", Behaviour::drop);
  auto options = setup.options();
  options.timeout = milliseconds(250);
  options.attempts = 4;
  const auto resolver = Setup::open(options);
  const auto start = Clock::now();
  CHECK(ask(*resolver, "drop.example").outcome == Outcome::timeout);
  CHECK(since(start) >= milliseconds(1000));
  CHECK(setup.server.udp_queries() >= 2);
  CHECK(setup.server.udp_queries() <= 4);
}

TEST_CASE("a second server answers for the first", "[dns]") {
  Setup good;
  support::FakeResolver broken_zone;
  broken_zone.servfail("example.com");
  DnsServer broken(broken_zone);
  good.zone.add_txt("example.com", "x");
  auto options = good.options();
  options.servers.insert(options.servers.begin(), broken.address());
  const auto resolver = Setup::open(options);
  CHECK(ask(*resolver, "example.com").outcome == Outcome::found);
  CHECK(broken.udp_queries() == 1);
}

TEST_CASE("a server that dies and comes back is found again, and no files stay open", "[dns]") {
  support::FakeResolver zone;
  zone.add_txt("example.com", "x");
  zone.add_txt("long.example", std::string(3000, 'y'));
  auto server = std::make_unique<DnsServer>(zone);
  const std::uint16_t port = server->port();
  const auto resolver =
      Setup::open({.servers = {server->address()}, .timeout = milliseconds(300), .attempts = 2});
  CHECK(ask(*resolver, "long.example").outcome == Outcome::found);
  server.reset();
  const std::size_t before = open_files();
  for (int i = 0; i < 20; ++i) {
    const Outcome outcome = ask(*resolver, "example.com").outcome;
    CHECK((outcome == Outcome::failure || outcome == Outcome::timeout));
  }
  CHECK(open_files() <= before + 2);
  for (int i = 0; i < 3; ++i) {
    server = std::make_unique<DnsServer>(zone, port);
    CHECK(ask(*resolver, "example.com").outcome == Outcome::found);
    CHECK(ask(*resolver, "long.example").outcome == Outcome::found);
    server.reset();
  }
  CHECK(open_files() <= before + 2);
}

TEST_CASE("thousands of questions from many threads are all answered", "[dns]") {
  Setup setup;
  setup.zone.add_txt("example.com", "x");
  const auto resolver = setup.open();
  std::vector<std::jthread> threads;
  std::vector<int> found(4, 0);
  for (std::size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 25; ++round) {
        std::vector<dns::Pending> burst;
        for (int i = 0; i < 20; ++i)
          burst.push_back(resolver->lookup({"example.com", Type::txt}));
        for (const dns::Pending& pending : burst) {
          if (dns::wait(pending, base::Deadline::max()).outcome == Outcome::found) ++found[t];
        }
      }
    });
  }
  threads.clear();
  CHECK(found == std::vector<int>(4, 500));
}

TEST_CASE("a burst does not drown the server, nor do names that never answer", "[dns]") {
  Setup setup;
  auto options = setup.options();
  options.timeout = milliseconds(2000);
  options.attempts = 10;  // On a busy machine some may be lost after all, and are sent again.
  for (int i = 0; i < 300; ++i) {
    setup.server.behave("drop" + std::to_string(i) + ".example", Behaviour::drop);
  }
  const auto resolver = Setup::open(options);
  std::vector<dns::Pending> silent;
  for (int i = 0; i < 300; ++i) {
    silent.push_back(resolver->lookup({"drop" + std::to_string(i) + ".example", Type::txt}));
  }
  std::vector<dns::Pending> burst;
  for (int i = 0; i < 3000; ++i) {
    burst.push_back(resolver->lookup({"n" + std::to_string(i) + ".example", Type::txt}));
  }
  std::size_t answered = 0;
  for (const dns::Pending& pending : burst) {
    if (dns::wait(pending, base::Deadline::max()).outcome == Outcome::no_name) ++answered;
  }
  CHECK(answered == burst.size());
}

TEST_CASE("second attempts are no burst either", "[dns]") {
  ArrivalTimes server;
  auto options = AresResolver::Options{.servers = {server.address()}, .attempts = 2};
  options.timeout = milliseconds(500);
  const auto resolver = Setup::open(options);
  std::vector<dns::Pending> silent;
  for (int i = 0; i < 1000; ++i) {
    silent.push_back(resolver->lookup({"n" + std::to_string(i) + ".example", Type::txt}));
  }
  for (const dns::Pending& pending : silent)
    CHECK(dns::wait(pending, base::Deadline::max()).outcome == Outcome::timeout);
  const auto times = server.take();
  REQUIRE(times.size() > 1000);
  // 200 in 20 ms, and where the thread is held up between its clock and its packets, the next 200
  // follow at once. The kernel stamps by the clock on the wall, which may be set back.
  constexpr std::ptrdiff_t two_bursts = 410;
  for (auto first = times.begin(); times.end() - first > two_bursts; ++first) {
    const auto last = first + two_bursts;
    if (std::is_sorted(first, last + 1)) CHECK(*last - *first >= milliseconds(10));
  }
}

TEST_CASE("what is pending at the end is a timeout", "[dns]") {
  Setup setup;
  setup.server.behave("drop.example", Behaviour::drop);
  auto resolver = setup.open();
  std::vector<dns::Pending> pending;
  for (int i = 0; i < 50; ++i)
    pending.push_back(resolver->lookup({"drop.example", Type::txt}));
  resolver.reset();
  for (const dns::Pending& one : pending) {
    REQUIRE(dns::is_ready(one));
    CHECK(dns::wait(one, base::Deadline::max()).outcome == Outcome::timeout);
  }
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
