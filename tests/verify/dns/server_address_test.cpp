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
