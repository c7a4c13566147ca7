// Floods, silence, servers that die: what the resolver does when there is too much or nothing.
#include <array>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/verify/dns/ares_world.hpp"

using dns::AresResolver;
using dns::Outcome;
using dns::Type;
using support::DnsServer;
using Behaviour = support::DnsServer::Behaviour;
using std::chrono::milliseconds;
using namespace ares_world;

namespace {

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
