#include "base/ip_address.hpp"

#include <catch2/catch.hpp>

using base::IpAddress;
using base::Network;

TEST_CASE("addresses are read and written", "[base][RFC 4291 §2.2]") {
  CHECK(IpAddress::parse("192.0.2.1")->text() == "192.0.2.1");
  CHECK(IpAddress::parse("2001:DB8::0:1")->text() == "2001:db8::1");
  for (const char* text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "1.2.3.4.5", ":::", "example"}) {
    INFO(text);
    CHECK_FALSE(IpAddress::parse(text));
  }
}

TEST_CASE("an IPv4-mapped address is the IPv4 address", "[base][RFC 7208 §5]") {
  CHECK(IpAddress::parse("::ffff:192.0.2.1") == IpAddress::parse("192.0.2.1"));
  CHECK(IpAddress::parse("::ffff:192.0.2.1")->family() == IpAddress::Family::v4);
}

TEST_CASE("reverse names are those of RFC 1035 and RFC 3596", "[base]") {
  CHECK(IpAddress::parse("192.0.2.1")->reverse_name() == "1.2.0.192.in-addr.arpa");
  CHECK(IpAddress::parse("2001:db8::1")->reverse_name() ==
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST_CASE("a network holds its addresses and no others", "[base]") {
  struct Row {
    const char* network;
    const char* address;
    bool inside;
  };
  const Row rows[] = {
      {"192.0.2.0/24", "192.0.2.255", true},
      {"192.0.2.0/24", "192.0.3.0", false},
      {"192.0.2.77/25", "192.0.2.1", true},
      {"192.0.2.77/25", "192.0.2.128", false},
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1", "192.0.2.2", false},
      {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"2001:db8::/33", "2001:db8:7fff::", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::1", "::1", true},
  };
  for (const Row& row : rows) {
    INFO(row.network << " " << row.address);
    CHECK(Network::parse(row.network)->contains(*IpAddress::parse(row.address)) == row.inside);
  }
  for (const char* text :
       {"192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/-1", "/24", "x/8"}) {
    INFO(text);
    CHECK_FALSE(Network::parse(text));
  }
}
