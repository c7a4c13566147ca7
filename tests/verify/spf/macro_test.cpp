#include "verify/spf/macro.hpp"

#include <catch2/catch.hpp>

namespace {

// RFC 7208 §7.4, the example's values.
std::optional<std::string> value(char letter) {
  switch (letter) {
    case 's':
      return "strong-bad@email.example.com";
    case 'o':
    case 'd':
      return "email.example.com";
    case 'l':
      return "strong-bad";
    case 'i':
      return "192.0.2.3";
    case 'v':
      return "in-addr";
    case 'p':
      return "mx.example.org";
    case 'h':
      return std::nullopt;
    default:
      return "~a'b!(c)&=";
  }
}

}  // namespace

TEST_CASE("the examples of the RFC expand as it says", "[spf][RFC 7208 §7.4]") {
  struct Row {
    std::string_view spec;
    std::string_view expanded;
  };
  const Row rows[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
      // Beyond the examples.
      {"%{d9}", "email.example.com"},
      {"%{D2R}.x.", "example.email.x"},
      {"a%%b%_c%-d.example", "a%b c%20d.example"},
      {"%{S}.x", "strong-bad%40email.example.com.x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.spec);
    CHECK(spf::expand_domain(row.spec, value) == std::string(row.expanded));
  }
}

TEST_CASE("upper case escapes all but unreserved characters", "[spf][RFC 7208 §7.3]") {
  CHECK(spf::expand_explanation("%{C}", value, 500) == "~a%27b%21%28c%29%26%3D");
}

TEST_CASE("an explanation knows spaces and three letters more", "[spf][RFC 7208 §7.2]") {
  CHECK(spf::expand_explanation("No %{c} here", value, 500) == "No ~a'b!(c)&= here");
  CHECK_FALSE(spf::expand_domain("No %{i}", value));
  CHECK_FALSE(spf::expand_domain("%{c}", value));
  CHECK_FALSE(spf::expand_explanation("%{x}", value, 500));
  CHECK_FALSE(spf::expand_explanation("tab\t", value, 500));
  CHECK(spf::expand_explanation("abc%{d}", value, 5) == "abcem");
  // Wrong after the cut is still wrong.
  CHECK_FALSE(spf::expand_explanation("abcdef%{x}", value, 5));
}

TEST_CASE("a value that cannot be used spoils the name", "[spf][RFC 8616 §4]") {
  CHECK_FALSE(spf::expand_domain("%{h}.example", value));
  CHECK_FALSE(spf::expand_explanation("%{h}", value, 500));
}

TEST_CASE("a long name loses labels from the left", "[spf][RFC 7208 §7.3]") {
  const auto values = [](char) { return std::optional<std::string>(std::string(60, 'x')); };
  const auto name = spf::expand_domain("a.%{d}.%{d}.%{d}.%{d}.end.example", values);
  REQUIRE(name);
  CHECK(name->size() == 3 * 61 + 11);
  CHECK(name->starts_with("xxx"));
  CHECK(name->ends_with("x.end.example"));
}

TEST_CASE("work and memory stay bounded", "[spf]") {
  std::string bomb;
  for (int i = 0; i < 2000; ++i)
    bomb += "%{l9r-}";
  const auto values = [](char) { return std::optional<std::string>(std::string(512, '-')); };
  const auto name = spf::expand_domain(bomb, values);
  REQUIRE(name);
  CHECK(name->size() <= 512);
  CHECK(spf::expand_explanation(bomb, values, 300)->size() <= 300);
}
