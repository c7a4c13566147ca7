#include "verify/dns/resolv_conf.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.hpp"

namespace {

std::string servers(std::string_view text) {
  std::string all;
  for (const dns::ServerAddress& server : dns::parse_resolv_conf(text).servers)
    all += (all.empty() ? "" : " ") + server.text();
  return all;
}

}  // namespace

TEST_CASE("the servers of a resolv.conf are read, and nothing else", "[dns]") {
  CHECK(servers("nameserver 192.0.2.53\nnameserver 2001:db8::53\n") == "192.0.2.53 2001:db8::53");
  CHECK(servers("# nameserver 192.0.2.1\n; nameserver 192.0.2.2\nsearch example.com\n"
                "options edns0 trust-ad\n  nameserver\t127.0.0.53 \r\nnameservers 192.0.2.3") ==
        "127.0.0.53");
  CHECK(servers("nameserver [::1]:5353\nnameserver 127.0.0.1:54 # mine") ==
        "[::1]:5353 127.0.0.1:54");
  CHECK(servers("") == "");
  CHECK(servers("nameserver") == "");
  CHECK(servers(std::string(1000, '\n') + "nameserver ::1") == "::1");
}

TEST_CASE("what is no address is told, and others are used", "[dns]") {
  const auto conf = dns::parse_resolv_conf(
      "nameserver fe80::1%eth0\nnameserver ns.example\x01\nnameserver 192.0.2.1\n");
  CHECK(conf.servers.size() == 1);
  CHECK(conf.unreadable == std::vector<std::string>{"fe80::1%eth0", "ns.example\\x01"});
}

TEST_CASE("a resolv.conf without end gives a few servers", "[dns][limits]") {
  std::string text;
  for (int i = 0; i < 10'000; ++i)
    text += "nameserver 192.0.2.1\nnameserver x\n";
  CHECK(dns::parse_resolv_conf(text).servers.size() == 8);
  CHECK(dns::parse_resolv_conf(text).unreadable.size() == 8);
}

TEST_CASE("a file that is written, replaced, removed or made has changed", "[dns]") {
  const support::TemporaryFolder folder;
  const auto path = folder / "resolv.conf";
  dns::ResolvConfFile file(path);
  CHECK(file.read().servers.empty());
  CHECK_FALSE(file.changed());

  std::ofstream(path) << "nameserver 192.0.2.1\n";
  CHECK(file.changed());
  CHECK(file.read().servers.size() == 1);
  CHECK_FALSE(file.changed());

  std::ofstream(path, std::ios::app) << "nameserver 192.0.2.2\n";
  CHECK(file.changed());
  CHECK(file.read().servers.size() == 2);

  std::ofstream(folder / "other") << "nameserver 192.0.2.3\nnameserver 192.0.2.4\n";
  std::filesystem::rename(folder / "other", path);
  CHECK(file.changed());
  CHECK(file.read().servers.size() == 2);

  std::filesystem::remove(path);
  CHECK(file.changed());
  CHECK(file.read().servers.empty());
  std::filesystem::create_directory(path);  // No file at all.
  CHECK(file.read().servers.empty());
}

TEST_CASE("of a symbolic link the file it leads to counts", "[dns]") {
  const support::TemporaryFolder folder;
  std::ofstream(folder / "one") << "nameserver 192.0.2.1\n";
  std::ofstream(folder / "two") << "nameserver 192.0.2.2\n";
  std::filesystem::create_symlink(folder / "one", folder / "link");
  dns::ResolvConfFile file(folder / "link");
  CHECK(file.read().servers[0].text() == "192.0.2.1");
  std::filesystem::remove(folder / "link");
  std::filesystem::create_symlink(folder / "two", folder / "link");
  CHECK(file.changed());
  CHECK(file.read().servers[0].text() == "192.0.2.2");
}
