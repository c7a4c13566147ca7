// `postern status`, asked of a daemon that runs.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "tests/daemon/world.hpp"

namespace {

using support::Daemon;
using support::Ending;
using namespace std::chrono_literals;

// A port of loopback: closed, for the daemon to take, or held by somebody who accepts nothing.
class Port {
 public:
  Port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    number_ = ntohs(address.sin_port);
  }
  ~Port() { close(); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  void hold() const { REQUIRE(::listen(descriptor_, 8) == 0); }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(number_); }

 private:
  int descriptor_ = -1;
  int number_ = 0;
};

// A daemon with metrics of its own, and the operator's command beside it.
class Site {
 public:
  explicit Site(const std::string& store = {}) : store_(store) {
    if (store_.empty()) store_ = "sqlite:" + (daemon.folder() / "postern.db").string();
    metrics_.close();
    configure();
  }
  void configure() const {
    std::string toml =
        "metrics.listen = \"" + metrics_.address() + "\"\nstore.url = \"" + store_ + "\"\n";
    for (const auto& [key, value] : daemon.settings())
      toml.append(key).append(" = ").append(value).append("\n");
    daemon.configure(toml);
  }
  // The end of `postern WORDS`, and what it printed.
  Ending postern(const std::string& words, const std::string& prefix = {}) {
    const std::string out = (daemon.folder() / "out").string();
    std::filesystem::remove(daemon.folder() / "errors");
    support::Process process({"/bin/sh", "-c",
                              prefix + " " + POSTERN + " " + words + " -c " +
                                  daemon.configuration_file().string() + " >" + out},
                             {}, daemon.folder() / "errors");
    const auto begin = std::chrono::steady_clock::now();
    Ending ending = process.wait();
    took = std::chrono::steady_clock::now() - begin;
    std::ifstream in(out);
    printed.assign(std::istreambuf_iterator<char>(in), {});
    INFO(ending.log);
    CHECK(ending.sanitizer_report().value_or("") == "");
    return ending;
  }

  const world::Dns dns;
  Daemon daemon{POSTERN_MILTER, dns.server.address()};
  std::string printed;
  std::chrono::steady_clock::duration took{};

 private:
  Port metrics_;
  std::string store_;
};

constexpr char check[] = "status --check --free 0,0";  // The test's disk may be full.

}  // namespace

TEST_CASE("status tells of a daemon that runs, its mail and its store", "[daemon][status]") {
  Site site;
  REQUIRE(site.daemon.start());
  REQUIRE(world::deliver(site.daemon, world::forged()));
  CHECK(site.postern("status").status == EX_OK);
  CHECK_THAT(site.printed, Catch::Contains("daemon         ok        answers at unix:") &&
                               Catch::Contains("reject, rule dmarc-reject") &&
                               Catch::Contains("number 1 since the start") &&
                               Catch::Contains("there is none yet"));
  // Who only asks makes no store.
  CHECK_FALSE(std::filesystem::exists(site.daemon.folder() / "postern.db"));

  CHECK(site.postern("collect --once").status == EX_OK);
  CHECK(site.postern(check).status == 0);
  CHECK_THAT(site.printed, Catch::StartsWith("POSTERN OK - daemon: answers at ") &&
                               Catch::Contains(" lag=0s;300;3600 "));
  CHECK(site.postern("status --json").status == EX_OK);
  CHECK_THAT(site.printed, Catch::Contains("\"store_events\":1") &&
                               Catch::Contains("\"octets_behind\":0") &&
                               Catch::Contains("\"config_generation\":1"));
  world::check_good_end(site.daemon.stop());  // Being asked is nothing to log, or to mind.
  CHECK_THAT(site.daemon.log(), !Catch::Contains("the MTA lacks"));
}

TEST_CASE("status tells of a reload that failed until one succeeds", "[daemon][status]") {
  Site site;
  REQUIRE(site.daemon.start());
  site.daemon.configure("policy.preset = \"stricter\"\n");
  site.daemon.signal(SIGUSR1);
  REQUIRE(site.daemon.wait_for_log("kept the old configuration"));
  CHECK(site.postern(check).status == 2);
  CHECK_THAT(site.printed, Catch::StartsWith("POSTERN CRITICAL - configuration: "));
  site.configure();
  CHECK(site.postern(check).status == 1);
  CHECK_THAT(site.printed, Catch::Contains("the last reload failed"));
  site.daemon.signal(SIGUSR1);
  REQUIRE(site.daemon.wait_for_log("reload: configuration 2-"));
  CHECK(support::eventually([&] { return site.postern(check).status == 0; }));
  world::check_good_end(site.daemon.stop());
}

TEST_CASE("a daemon that is stopped, killed or gone is critical, in bounded time",
          "[daemon][status]") {
  Site site;
  REQUIRE(site.daemon.start());
  REQUIRE(world::deliver(site.daemon, world::genuine()));
  site.daemon.signal(SIGSTOP);
  CHECK(site.postern(std::string(check) + " --timeout 1").status == 2);
  CHECK_THAT(site.printed, Catch::StartsWith("POSTERN CRITICAL - daemon: unix:") &&
                               Catch::Contains("no answer in time"));
  CHECK(site.took < 8s);
  site.daemon.signal(SIGCONT);
  static_cast<void>(site.daemon.kill());
  CHECK(site.postern(check).status == 2);
  CHECK_THAT(site.printed, Catch::Contains("Connection refused"));
  std::filesystem::remove(site.daemon.socket_file());
  CHECK(site.postern(check).status == 2);
  CHECK_THAT(site.printed, Catch::Contains("No such file or directory"));
}

TEST_CASE("a store that hangs is named, and the rest is told", "[daemon][status]") {
  const Port server;
  server.hold();
  Site site("postgresql://postern@" + server.address() + "/postern");
  REQUIRE(site.daemon.start());
  CHECK(site.postern(std::string(check) + " --timeout 1").status == 2);
  CHECK_THAT(site.printed,
             Catch::Contains("store: postgresql://") && Catch::Contains("no answer in 1000 ms"));
  CHECK(site.took < 8s);
  CHECK(site.postern("status --timeout 1").status == EX_OK);
  CHECK_THAT(site.printed,
             Catch::Contains("daemon         ok") && Catch::Contains("collector      unknown"));
  world::check_good_end(site.daemon.stop());
}

TEST_CASE("who may not look is told so, and which user may", "[daemon][status]") {
  if (geteuid() != 0) return;  // Root only can ask as somebody else.
  const std::string nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
  Site site;
  REQUIRE(site.daemon.start());
  REQUIRE(world::deliver(site.daemon, world::genuine()));
  CHECK(site.postern("collect --once").status == EX_OK);
  const auto ask = [&] { return site.postern(check, nobody).status; };
  if (ask() == 126) return;  // The build is in a folder that is not for everybody.
  CHECK(ask() == 3);         // So is the test's.
  CHECK_THAT(site.printed, Catch::StartsWith("POSTERN UNKNOWN - configuration: ") &&
                               Catch::Contains("this user may not read it"));
  namespace fs = std::filesystem;
  fs::permissions(site.daemon.folder(), fs::perms(0711));
  fs::permissions(site.daemon.folder() / "postern.db", fs::perms(0640));
  fs::permissions(site.daemon.folder() / "spool", fs::perms(0750));
  CHECK(ask() == 3);
  CHECK_THAT(site.printed, Catch::Contains("daemon: unix:") &&
                               Catch::Contains("Permission denied") && Catch::Contains("spool: ") &&
                               Catch::Contains("store: ") &&
                               Catch::Contains("ask as root or as the user postern"));
  world::check_good_end(site.daemon.stop());
}
