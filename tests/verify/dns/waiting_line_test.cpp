#include "verify/dns/waiting_line.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using dns::owner_of;

TEST_CASE("the owner of a name is whoever registered it", "[dns]") {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"com", "com"},
      {"example.com", "example.com"},
      {"s1._domainkey.mail.example.com", "example.com"},
      {"www.example.co.uk", "example.co.uk"},
      {"co.uk", "co.uk"},
      {"a.example.com.br", "example.com.br"},
      {"a.b.com.net", "com.net"},
      {"1.2.0.192.in-addr.arpa", "0.192.in-addr.arpa"},
      {"in-addr.arpa", "in-addr.arpa"},
      {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
       "8.b.d.0.1.0.0.2.ip6.arpa"},
  };
  for (const auto& [name, owner] : rows) {
    INFO(name);
    CHECK(owner_of(name) == owner);
  }
}

TEST_CASE("owners take turns, however much one of them asks", "[dns]") {
  dns::WaitingLine<std::string> line;
  for (int i = 1; i <= 500; ++i)
    REQUIRE(line.push("flood.example", "f" + std::to_string(i)));
  REQUIRE(line.push("a.example", "a1"));
  REQUIRE(line.push("b.example", "b1"));
  REQUIRE(line.push("a.example", "a2"));
  std::vector<std::string> order;
  for (int i = 0; i < 6; ++i)
    order.push_back(line.pop());
  CHECK(order == std::vector<std::string>{"f1", "a1", "b1", "f2", "a2", "f3"});
  for (int i = 4; i <= 500; ++i)
    CHECK(line.pop() == "f" + std::to_string(i));
  CHECK(line.empty());
}

TEST_CASE("a line is bounded, and one owner's part of it", "[dns][limits]") {
  dns::WaitingLine<int> line({.items_max = 5, .items_of_owner_max = 2});
  CHECK(line.push("a", 1));
  CHECK(line.push("a", 2));
  CHECK_FALSE(line.push("a", 3));
  CHECK(line.push("b", 1));
  CHECK(line.push("c", 1));
  CHECK(line.push("d", 1));
  CHECK_FALSE(line.push("e", 1));
  CHECK(line.pop() == 1);
  CHECK(line.push("e", 1));
  for (int i = 0; i < 5; ++i)
    (void)line.pop();
  CHECK(line.empty());
  CHECK(line.push("a", 3));
}
