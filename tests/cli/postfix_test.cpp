#include "cli/postfix.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

// A Postfix that is only its configuration, read and written by the real postconf(1); its queue
// directory holds a socket, on which somebody listens or not.
struct PostfixSite {
  explicit PostfixSite(const std::string& chroot = "y", bool listens = true) {
    std::string name = (fs::temp_directory_path() / "postern-postfix-XXXXXX").string();
    directory = ::mkdtemp(name.data());
    fs::permissions(directory, fs::perms(0755));
    write("master.cf", "smtp inet n - " + chroot + " - - smtpd\n");
    write("main.cf", "compatibility_level = 3.6\nqueue_directory = " + directory.string() + "\n");
    write("postern.toml", "[milter]\nsocket = \"unix:" + socket_path() + "\"\n");
    if (listens) listen();
  }
  ~PostfixSite() {
    if (listener >= 0) ::close(listener);
    fs::remove_all(directory);
  }
  PostfixSite(const PostfixSite&) = delete;
  PostfixSite& operator=(const PostfixSite&) = delete;

  std::string socket_path() const { return directory / "postern.sock"; }

  void write(const std::string& file, const std::string& text) const {
    std::ofstream(directory / file, std::ios::binary) << text;
  }

  std::string main_cf() const {
    std::ifstream in(directory / "main.cf", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void listen() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener, 5) == 0);
    fs::permissions(socket_path(), fs::perms(0777));
  }

  int enable(bool yes) { return cli::postfix_enable({directory / "postern.toml", directory, yes}, output()); }
  int disable(bool yes) { return cli::postfix_disable({directory / "postern.toml", directory, yes}, output()); }
  int status() { return cli::postfix_status({directory / "postern.toml", directory, false}, output()); }
  cli::Output output() {
    out.str("");
    error.str("");
    return {out, error};
  }

  fs::path directory;
  int listener = -1;
  std::ostringstream out;
  std::ostringstream error;
};

}  // namespace

TEST_CASE("enable shows two lines and changes nothing until it is told to", "[cli]") {
  PostfixSite site;
  const std::string before = site.main_cf();
  CHECK(site.status() == 1);
  CHECK(site.enable(false) == EX_OK);
  CHECK(site.out.str() == site.directory.string() +
                              "/main.cf:\n+ smtpd_milters = unix:postern.sock\n"
                              "+ milter_default_action = tempfail\n"
                              "Nothing is changed yet: --yes writes this.\n");
  CHECK(site.main_cf() == before);
}

TEST_CASE("what enable writes, status sees and disable takes back", "[cli]") {
  PostfixSite site;
  site.write("main.cf", site.main_cf() + "smtpd_milters = inet:127.0.0.1:8891\n");
  REQUIRE(site.enable(true) == EX_OK);
  CHECK(site.main_cf().contains("smtpd_milters = unix:postern.sock, inet:127.0.0.1:8891\n"));
  CHECK(site.status() == EX_OK);
  CHECK(site.out.str().contains("smtp/inet: asks this filter, in a chroot\n"));
  CHECK(site.enable(true) == EX_OK);
  CHECK(site.out.str() == "Postfix asks this filter already.\n");
  REQUIRE(site.disable(true) == EX_OK);
  CHECK(site.main_cf().contains("smtpd_milters = inet:127.0.0.1:8891\n"));
  CHECK(site.status() == 1);
  CHECK(site.disable(true) == EX_OK);
}

TEST_CASE("enable refuses a socket where nobody listens", "[cli]") {
  PostfixSite site("y", false);
  CHECK(site.enable(true) == EX_CONFIG);
  CHECK(site.error.str().contains("nobody listens there"));
  CHECK_FALSE(site.main_cf().contains("smtpd_milters"));
}

TEST_CASE("enable refuses a socket that Postfix may not connect to", "[cli]") {
  if (::geteuid() != 0) return;  // Only root can ask as another user.
  PostfixSite site;
  fs::permissions(site.socket_path(), fs::perms(0700));
  CHECK(site.enable(true) == EX_CONFIG);
  CHECK(site.error.str().contains("may not connect"));
}

TEST_CASE("enable refuses a socket outside of the chroot, and takes it without one", "[cli]") {
  PostfixSite site;
  const fs::path queue = site.directory / "queue";
  fs::create_directory(queue);
  site.write("main.cf", "compatibility_level = 3.6\nqueue_directory = " + queue.string() + "\n");
  CHECK(site.enable(true) == EX_CONFIG);
  CHECK(site.error.str().contains("runs in a chroot"));
  CHECK_FALSE(site.main_cf().contains("smtpd_milters"));
  site.write("master.cf", "smtp inet n - n - - smtpd\n");
  CHECK(site.enable(true) == EX_OK);
  CHECK(site.main_cf().contains("smtpd_milters = unix:" + site.socket_path() + "\n"));
}

TEST_CASE("disable names what it cannot take out: milters of a service's own", "[cli]") {
  PostfixSite site;
  site.write("master.cf", "smtp inet n - y - - smtpd\n  -o smtpd_milters=unix:/postern.sock\n");
  CHECK(site.disable(true) == EX_CONFIG);
  CHECK(site.error.str().contains("smtp/inet of master.cf"));
}

TEST_CASE("a broken configuration of ours does not keep us in the way of mail", "[cli]") {
  PostfixSite site;
  REQUIRE(site.enable(true) == EX_OK);
  site.write("postern.toml", "[milter\n");
  CHECK(site.enable(true) == EX_CONFIG);
  CHECK(site.disable(true) == EX_OK);
  CHECK_FALSE(site.main_cf().contains("postern.sock"));
}
