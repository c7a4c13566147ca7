#include "verify/dns/server_source.hpp"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.hpp"

using namespace std::chrono_literals;

namespace {

dns::ServerList list_of(const std::vector<std::string>& servers) {
  return dns::ServerSource(servers, "/nonexistent").read().value();
}

}  // namespace

TEST_CASE("configured servers are asked and no file is looked at", "[dns]") {
  dns::ServerSource source({"192.0.2.1", "[::1]:54"}, "/nonexistent");
  const dns::ServerList list = source.read().value();
  CHECK(list.servers.size() == 2);
  CHECK(list.trouble.empty());
  CHECK_FALSE(source.changed(dns::ServerSource::TimePoint::max()));
  CHECK_FALSE(dns::ServerSource({"ns.example"}, "").read().has_value());
}

TEST_CASE("a file that names no server means this machine, as for the C library", "[dns]") {
  const support::TemporaryFolder folder;
  const auto file = folder / "resolv.conf";
  const auto read = [&](const std::string& text) {
    std::ofstream(file) << text;
    return dns::ServerSource({}, file).read().value();
  };
  const dns::ServerList none = read("search example.com\n");
  CHECK(none.servers == std::vector{dns::parse_server_address("127.0.0.1").value()});
  CHECK(none.is_guess);
  CHECK(none.trouble == file.string() + " names no server");
  CHECK(dns::advice(none) ==
        std::vector<std::string>{file.string() + " names no server; 127.0.0.1 is asked"});
  const dns::ServerList half = read("nameserver fe80::1%lo\nnameserver ::1\n");
  CHECK_FALSE(half.is_guess);
  CHECK(dns::advice(half) ==
        std::vector<std::string>{file.string() + ": no address that can be used: fe80::1%lo"});
}

TEST_CASE("the file is looked at once a second", "[dns]") {
  const support::TemporaryFolder folder;
  const auto file = folder / "resolv.conf";
  std::ofstream(file) << "nameserver ::1\n";
  dns::ServerSource source({}, file);
  (void)source.read();
  const dns::ServerSource::TimePoint start{1000s};
  CHECK_FALSE(source.changed(start));
  std::ofstream(file) << "nameserver 192.0.2.1\n";
  CHECK_FALSE(source.changed(start + 999ms));
  CHECK(source.changed(start + 1s));
  CHECK(source.read().value().servers[0].text() == "192.0.2.1");
  CHECK_FALSE(source.changed(start + 2s));
}

TEST_CASE("servers off this machine and its wire are warned about", "[dns]") {
  CHECK(dns::advice(list_of({"127.0.0.1", "127.0.0.53", "::1", "169.254.1.1", "fe80::1"})).empty());
  const auto lines = dns::advice(list_of({"127.0.0.1", "192.0.2.53", "[2001:db8::53]:5353"}));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("server 192.0.2.53 is not on this machine"));
  CHECK(lines[1].starts_with("server [2001:db8::53]:5353 is not on this machine"));
}
