#include "config/names.hpp"

#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "config/kinds.hpp"

using namespace config;

TEST_CASE("top-level domains and well-known suffixes are public", "[config]") {
  for (const char* name : {"com",    "xn--p1ai", "co.uk",  "ac.jp",  "gov.uk", "com.au", "co.jp",
                           "ac.uk",  "org.uk",   "com.br", "com.cn", "co.nz",  "co.za",  "co.kr",
                           "com.tr", "com.mx",   "com.sg", "gov.au", "edu.au", "sch.uk"}) {
    INFO(name);
    CHECK(is_public_suffix(base::Domain::parse(name).value()));
  }
  for (const char* name : {"example.com", "example.co.uk", "uk.com.example", "co.example"}) {
    INFO(name);
    CHECK_FALSE(is_public_suffix(base::Domain::parse(name).value()));
  }
}

TEST_CASE("domains and networks of a key are read, and what is none is told by line", "[config]") {
  Table table;
  table.emplace("domain", Value{std::string("\u00FCber.Example"), 2});
  table.emplace("domains", Value{List{{std::string("a.example"), 4},
                                      {std::string("192.0.2.0/24"), 5},
                                      {std::string("a b"), 6},
                                      {std::string("co.uk"), 7},
                                      {std::string("2001:db8::1"), 8},
                                      {std::string("192.0.2.1"), 9}},
                                 3});
  table.emplace("networks", Value{List{{std::string("192.0.2.0/24"), 11},
                                       {std::string("a.example"), 12},
                                       {std::string("0.0.0.0/0"), 13}},
                                  10});
  Table file;
  file.emplace("s", Value{std::move(table), 1});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  std::optional<base::Domain> domain;
  Maybe{DomainName{}}.read(section, "domain", domain);
  REQUIRE(domain);
  CHECK(domain->text() == "xn--ber-goa.example");
  std::vector<base::Domain> domains;
  Each{DomainName{}}.read(section, "domains", domains);
  CHECK(domains == std::vector{base::Domain::parse("a.example").value()});
  std::vector<base::Network> networks;
  const std::vector expected = {base::Network::parse("192.0.2.0/24").value()};
  for (const char* key : {"networks", "absent"}) {
    Each{Network{"no"}}.read(section, key, networks);
    CHECK(networks == expected);
  }
  CHECK(complaints.text() ==
        "f:5: s.domains: \"192.0.2.0/24\" is a network, not a domain\n"
        "f:6: s.domains: \"a b\" is no domain\n"
        "f:7: s.domains: \"co.uk\" is a public suffix: what is below it is others'\n"
        "f:8: s.domains: \"2001:db8::1\" is a network, not a domain\n"
        "f:9: s.domains: \"192.0.2.1\" is a network, not a domain\n"
        "f:12: s.networks: \"a.example\" is no network; write \"192.0.2.0/24\" or \"::1\"\n"
        "f:13: s.networks: \"0.0.0.0/0\" is everybody: no");
}

TEST_CASE("a public suffix may be named where that does no harm", "[config]") {
  Table none;
  Complaints complaints("f");
  Section section(none, "s", complaints);
  CHECK(DomainName{PublicSuffix::allowed}.parse(section, "d", {"com", 1}).has_value());
  CHECK(complaints.empty());
}
