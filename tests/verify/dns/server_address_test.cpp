#include "verify/dns/server_address.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a server is an address with or without a port", "[dns]") {
  struct Row {
    const char* text;
    const char* address;
    int port;
  };
  const Row rows[] = {
      {"127.0.0.1", "127.0.0.1", 0},     {"127.0.0.1:5353", "127.0.0.1", 5353},
      {"2001:db8::1", "2001:db8::1", 0}, {"[2001:db8::1]", "2001:db8::1", 0},
      {"[::1]:65535", "::1", 65535},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto server = dns::parse_server_address(row.text);
    REQUIRE(server.has_value());
    CHECK(server->address.text() == row.address);
    CHECK(server->port == row.port);
  }
}

TEST_CASE("anything else is refused with its text", "[dns]") {
  for (const char* bad : {"", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "[::1",
                          "[::1]53", "[::1]:", "127.0.0.1:53x", "1.2.3", "[]:53", "[", "]"}) {
    INFO(bad);
    const auto server = dns::parse_server_address(bad);
    REQUIRE_FALSE(server.has_value());
    CHECK(server.error().what.find(bad) != std::string::npos);
  }
}

TEST_CASE("an address is written as it is read", "[dns]") {
  for (const std::string text : {"192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[::1]:53"}) {
    CHECK(dns::parse_server_address(text)->text() == text);
  }
}

TEST_CASE("only this machine is loopback, only its wire is near", "[dns][RFC 4291 §2.5.6]") {
  const auto is = [](const char* text) {
    const auto server = dns::parse_server_address(text).value();
    return std::pair(server.is_loopback(), server.is_near());
  };
  CHECK(is("127.9.9.9:53") == std::pair(true, true));
  CHECK(is("[::1]:53") == std::pair(true, true));
  CHECK(is("169.254.169.254") == std::pair(false, true));
  CHECK(is("fe80::53") == std::pair(false, true));
  CHECK(is("10.0.0.1") == std::pair(false, false));
  CHECK(is("128.0.0.1") == std::pair(false, false));
  CHECK(is("::2") == std::pair(false, false));
}
