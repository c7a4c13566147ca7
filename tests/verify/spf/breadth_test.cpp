#include "verify/spf/breadth.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

struct Zone {
  std::vector<dns::Lookup> lookups;

  Zone& txt(std::string name, std::string record) {
    return add(std::move(name), dns::Type::txt, {std::move(record)});
  }
  Zone& add(std::string name, dns::Type type, std::vector<dns::Record> records) {
    lookups.push_back({{std::move(name), type}, {dns::Outcome::found, std::move(records)}});
    return *this;
  }
  [[nodiscard]] std::uint64_t breadth(std::string mechanism,
                                      spf::Status status = spf::Status::pass) const {
    spf::Result result;
    result.status = status;
    result.mechanism = std::move(mechanism);
    return spf::breadth(result, lookups);
  }
};

dns::Record address(const char* text) { return *base::IpAddress::parse(text); }

}  // namespace

TEST_CASE("networks of an include add up, and of what it includes", "[spf]") {
  Zone zone;
  zone.txt("_spf.example.com",
           "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.1 include:More.example. ~all")
      .txt("more.example", "v=spf1 ip6:2001:db8::/60 ip6:2001:db8::1 -ip4:203.0.113.0/24 a -all")
      .add("more.example", dns::Type::a, {address("192.0.2.1"), address("192.0.2.2")});
  CHECK(zone.breadth("include:_spf.example.com") == 256 + 1 + 16 + 1 + 2);
  CHECK(zone.breadth("+INCLUDE:_SPF.example.com") == 256 + 1 + 16 + 1 + 2);
}

TEST_CASE("hosts count with their prefixes", "[spf]") {
  Zone zone;
  zone.txt("s.example", "v=spf1 mx/24 a:h.example//48 exists:%{i}.x.example ptr redirect=r.example")
      .txt("r.example", "v=spf1 ip4:192.0.2.0/30 -all")
      .add("s.example", dns::Type::mx, {dns::MailExchange{10, "M.example"}})
      .add("m.example", dns::Type::a, {address("192.0.2.1")})
      .add("h.example", dns::Type::aaaa, {address("2001:db8::1")});
  CHECK(zone.breadth("include:s.example") == 256 + 65'536 + 4);
}

TEST_CASE("what did not pass by a named include has no breadth", "[spf]") {
  Zone zone;
  zone.txt("s.example", "v=spf1 ip4:192.0.2.0/24").txt("%{d}", "v=spf1 +all");
  CHECK(zone.breadth("include:s.example", spf::Status::fail) == 0);
  for (const char* mechanism : {"", "a", "ip4:192.0.2.0/24", "include:", "include:unread.example",
                                "include:%{d}", "default", "?include:s.example"}) {
    INFO(mechanism);
    CHECK(zone.breadth(mechanism) == 0);
  }
}

TEST_CASE("loops and boundless records end", "[spf][limits]") {
  Zone zone;
  zone.txt("a.example", "v=spf1 include:b.example ip4:192.0.2.1 -all")
      .txt("b.example", "v=spf1 include:a.example redirect=b.example")
      .txt("all.example", "v=spf1 ip4:0.0.0.0/0 ip6:::/0 +all")
      .txt("broken.example", "v=spf1 nonsense")
      .add("null.example", dns::Type::mx, {dns::MailExchange{0, ""}})
      .txt("null.example", "v=spf1 mx ip4:0.0.0.0/0 ip6:::/0");
  CHECK(zone.breadth("include:a.example") == 1);
  CHECK(zone.breadth("include:all.example") == ~std::uint64_t{0});
  CHECK(zone.breadth("include:broken.example") == 0);
  CHECK(zone.breadth("include:null.example") ==
        (std::uint64_t{1} << 32) + (std::uint64_t{1} << 63));
}
