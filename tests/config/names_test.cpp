#include "config/names.hpp"

#include <string>

#include <catch2/catch.hpp>

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
  const auto domain = read_domain(section, "domain", PublicSuffix::refused);
  REQUIRE(domain);
  CHECK(domain->text() == "xn--ber-goa.example");
  CHECK_FALSE(read_domain(section, "absent", PublicSuffix::refused));
  CHECK(read_domains(section, "domains") == std::vector{base::Domain::parse("a.example").value()});
  CHECK(read_domains(section, "absent").empty());
  const std::vector networks = {base::Network::parse("192.0.2.0/24").value()};
  CHECK(read_networks(section, "networks", {}, "no") == networks);
  CHECK(read_networks(section, "absent", networks, "no") == networks);
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
  CHECK(to_domain(section, "d", {"com", 1}, PublicSuffix::allowed).has_value());
  CHECK(complaints.empty());
}
