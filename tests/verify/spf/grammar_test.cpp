#include "verify/spf/grammar.hpp"

#include <catch2/catch.hpp>

using spf::Kind;
using spf::Qualifier;

namespace {

const base::IpAddress v4_client = base::IpAddress::parse("192.0.2.1").value();
const base::IpAddress v6_client = base::IpAddress::parse("2001:db8::1").value();

// The first term of a record, judged without DNS.
bool matches(std::string_view term, const base::IpAddress& client) {
  const std::string text = "v=spf1 " + std::string(term);
  const auto record = spf::parse_record(text);
  REQUIRE(record);
  REQUIRE(record->terms.size() == 1);
  return spf::matches_without_dns(record->terms[0], client);
}

}  // namespace

TEST_CASE("a record is v=spf1 and then a space or nothing", "[spf][RFC 7208 §4.5]") {
  CHECK(spf::is_spf_record("v=spf1"));
  CHECK(spf::is_spf_record("V=SpF1 -all"));
  CHECK_FALSE(spf::is_spf_record("v=spf10 -all"));
  CHECK_FALSE(spf::is_spf_record("v=spf1-all"));
  CHECK_FALSE(spf::is_spf_record(std::string_view("v=spf1\0-all", 11)));
  CHECK_FALSE(spf::is_spf_record(" v=spf1"));
  CHECK_FALSE(spf::is_spf_record("v=spf"));
  CHECK_FALSE(spf::is_spf_record(""));
}

TEST_CASE("terms carry what was published", "[spf][RFC 7208 §12]") {
  const std::string_view text =
      "v=spf1  ~A:%{d}.example/24//64 mx//48 -include:x.example ?ptr ip4:192.0.2.0/24 "
      "IP6:2001:db8::/32 exists:%{i}.x.example moo.cow-far_out=%{s}/x Redirect=y.example "
      "exp=z.example.  ";
  const auto record = spf::parse_record(text);
  REQUIRE(record);
  REQUIRE(record->terms.size() == 7);
  const auto& terms = record->terms;
  CHECK(terms[0].text == "~A:%{d}.example/24//64");
  CHECK(terms[0].kind == Kind::a);
  CHECK(terms[0].qualifier == Qualifier::softfail);
  CHECK(terms[0].domain_spec == "%{d}.example");
  CHECK(terms[0].prefix4 == 24);
  CHECK(terms[0].prefix6 == 64);
  CHECK(terms[1].kind == Kind::mx);
  CHECK(terms[1].qualifier == Qualifier::pass);
  CHECK(terms[1].domain_spec.empty());
  CHECK(terms[1].prefix4 == 32);
  CHECK(terms[1].prefix6 == 48);
  CHECK(terms[2].qualifier == Qualifier::fail);
  CHECK(terms[2].domain_spec == "x.example");
  CHECK(terms[3].qualifier == Qualifier::neutral);
  CHECK(terms[4].address->text() == "192.0.2.0");
  CHECK(terms[5].prefix6 == 32);
  REQUIRE(record->redirect);
  CHECK(record->redirect->text == "Redirect=y.example");
  CHECK(record->redirect->domain_spec == "y.example");
  CHECK(record->explanation == "z.example.");
}

TEST_CASE("all makes any redirect void", "[spf][RFC 7208 §5.1]") {
  CHECK_FALSE(spf::parse_record("v=spf1 redirect=x.example -all")->redirect);
  CHECK_FALSE(spf::parse_record("v=spf1 ?all redirect=x.example")->redirect);
}

TEST_CASE("terms are valid or not by the ABNF alone", "[spf][RFC 7208 §12]") {
  struct Row {
    std::string_view term;
    bool valid;
  };
  const Row rows[] = {
      {"all", true},
      {"-ALL", true},
      {"all.", false},
      {"all:x.example", false},
      {"all/8", false},
      {"--all", false},
      {"-", false},
      {"moo", false},
      {"a", true},
      {"a:", false},
      {"a/0", true},
      {"a/00", false},
      {"a/032", false},
      {"a/33", false},
      {"a//0", true},
      {"a//128", true},
      {"a//129", false},
      {"a/24/64", false},
      {"a/24//", false},
      {"a/", false},
      {"a/4294967320", false},
      {"a:museum", false},
      {"a:museum.", false},
      {"a:abc.123", false},
      {"a:111.222.33.44", false},
      {"a:example.-com", false},
      {"a:example.com:8080", false},
      {"a:foo:bar/baz.example", true},
      {"a:x.1-2", true},
      {"a:x.xn--zckzah", true},
      {"a:mail..example", true},  // No domain, but no error of syntax: RFC 7208 §4.8.
      {"a:%{d}", true},
      {"a:%{d}x", false},
      {"a:%{d}.x", true},
      {"a:x%%", false},
      {"a:%{d/}/24", true},
      {"ptr/24", false},
      {"ptr:", false},
      {"include", false},
      {"include:x.example/24", false},
      {"exists", false},
      {"exists:%{l1r+-/=,_.}.x.example", true},
      {"exists:%{l|}.x.example", false},
      {"exists:%{d0}", false},
      {"exists:%{d9}", true},
      {"exists:%{d99999999999999999999}", true},
      {"exists:%{dR}", true},
      {"exists:%{drr}", false},
      {"exists:%{c}", false},
      {"exists:%{r}", false},
      {"exists:%{t}", false},
      {"exists:%{x}", false},
      {"exists:%{", false},
      {"exists:%{}", false},
      {"exists:%", false},
      {"exists:%a.x.example", false},
      {"exists:%(d).x.example", false},
      {"ip4", false},
      {"ip4:", false},
      {"ip4:1.2.3", false},
      {"ip4:1.2.3.4", true},
      {"ip4:1.2.3.04", false},
      {"ip4:1.2.3.256", false},
      {"ip4:1.2.3.4/0", true},
      {"ip4:1.2.3.4/33", false},
      {"ip4:1.2.3.4/032", false},
      {"ip4:1.2.3.4//32", false},
      {"ip4:1.2.3.4/4294967320", false},
      {"ip4:1.2.3.4/4294967295", false},
      {"ip4:1.2.3.4:8080", false},
      {"ip4:::1", false},
      {"ip6:::1", true},
      {"ip6:::ffff:1.2.3.4", true},
      {"ip6:1.2.3.4", false},
      {"ip6:2001:db8::/129", false},
      {"ip6:2001:db8::/", false},
      {"ip6:fe80::1%eth0", false},
      {"1up=x", false},
      {"=x", false},
      {"moo=", true},
      {"moo=%abc", false},
      {"moo/x=y", false},
      {"moo:x=y", false},
      {"redirect:x.example", false},
      {"redirect=", false},
      {"redirect=x", false},
      {"-redirect=x.example", false},
      {"redirect=x.example redirect=x.example", false},
      {"exp=", false},
      {"exp=-all", false},
      {"exp=x.example exp=x.example", false},
      {"moo=1 moo=1", true},  // RFC 7208 §6: only redirect and exp must not repeat.
      {"a\tmx", false},
      {"a\x80", false},
      {"moo=\x80", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.term);
    CHECK(spf::parse_record("v=spf1 " + std::string(row.term)).has_value() == row.valid);
  }
}

TEST_CASE("a wrong term is named, printable and short", "[spf]") {
  const auto record = spf::parse_record("v=spf1 a \x01\x02 -all");
  REQUIRE_FALSE(record);
  CHECK(record.error() == R"(\x01\x02)");
  CHECK(spf::parse_record("v=spf1 " + std::string(60'000, '!')).error().size() < 100);
}

TEST_CASE("ip4, ip6 and all need no DNS", "[spf][RFC 7208 §5.6]") {
  CHECK(matches("all", v4_client));
  CHECK(matches("ip4:192.0.2.255/24", v4_client));
  CHECK_FALSE(matches("ip4:192.0.2.2", v4_client));
  CHECK(matches("ip4:10.0.0.1/0", v4_client));
  CHECK_FALSE(matches("ip4:10.0.0.1/0", v6_client));
  CHECK(matches("ip6:2001:db8::ff/64", v6_client));
  CHECK(matches("ip6:::/0", v6_client));
  CHECK_FALSE(matches("ip6:::/0", v4_client));
  CHECK_FALSE(matches("a", v4_client));
}

TEST_CASE("an IPv6 network in IPv4-mapped form holds no IPv4 client", "[spf][RFC 7208 §5]") {
  const auto near = base::IpAddress::parse("::fffe:1.2.3.4").value();
  CHECK_FALSE(matches("ip6:::ffff:192.0.2.1", v4_client));
  CHECK_FALSE(matches("ip6:::ffff:192.0.2.1/96", near));
  CHECK(matches("ip6:::ffff:192.0.2.1/95", near));
  CHECK_FALSE(matches("ip6:::ffff:192.0.2.1/95", v6_client));
  CHECK(matches("ip6:::ffff:192.0.2.1/0", v6_client));
}
