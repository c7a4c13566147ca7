#include "verify/auth_results_parser.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

using namespace std::string_literals;
using verify::authserv_id_of;
using verify::must_be_removed;
using verify::parse_auth_results;

namespace {

using Id = std::optional<std::string>;

std::string deep(char open, std::size_t depth) { return std::string(depth, open); }

}  // namespace

TEST_CASE("the authserv-id is found behind comments, quotes and folds", "[authres][RFC 8601 2.2]") {
  struct Row {
    std::string value;
    Id id;
  };
  const std::vector<Row> rows = {
      {" mx.example.org; none", "mx.example.org"},
      {"mx.example.org;none", "mx.example.org"},
      {"mx.example.org", "mx.example.org"},
      {"\r\n\tmx.example.org\r\n\t; spf=pass", "mx.example.org"},
      {"(a (nested \\) one) b) mx.example.org (x) 1 (y); none", "mx.example.org"},
      {"\"mx.example.org\" 1; none", "mx.example.org"},
      {"\"mx.ex\\ample.org\"; none", "mx.example.org"},
      {"\" mx.example.org\r\n\t\"; none", "mx.example.org"},
      {"\"Example; Inc.\"; none", "Example; Inc."},
      {"mx.example.org 2; none", "mx.example.org"},
      {"mx.example.org spf=pass smtp.mailfrom=a.example", "mx.example.org"},
      {"mx.example.org 1 spf/1=pass", "mx.example.org"},
      {"mx.example.org/1; none", "mx.example.org"},
      {"b\xC3\xBC.example; none", "b\xC3\xBC.example"},
      {"mx.example.org; dkim=pass ((never closed", "mx.example.org"},
  };
  for (const Row& row : rows) {
    INFO(row.value);
    CHECK(authserv_id_of(row.value) == row.id);
  }
}

TEST_CASE("a field without a readable authserv-id has none", "[authres][RFC 8601 2.2]") {
  const std::vector<std::string> values = {
      "",
      " ",
      "; none",
      "(only a comment)",
      "(never closed mx.example.org; none",
      "\"never closed; none",
      "\"\"; none",
      "\" \"; none",
      "spf=pass",
      "spf = pass smtp.mailfrom=a.example; none",
      "i=1; mx.example.org; none",
      "<mx.example.org>; none",
      "mx@example.org; none",
      "mx.\"example\".org; none",
      "mx.example.org other.example; none",
      "other.example, mx.example.org; none",
      "mx.example.org (never closed; none",
      "mx.example.org\0; none"s,
      "\"mx.\0example.org\"; none"s,
      "\x01mx.example.org; none",
      deep('(', 100'000) + "mx.example.org",
  };
  for (const std::string& value : values) {
    INFO(value.substr(0, 80));
    CHECK_FALSE(authserv_id_of(value));
    CHECK(must_be_removed(value, std::vector<std::string>{}));
  }
}

TEST_CASE("fields that claim one of our names are removed", "[authres][RFC 8601 5]") {
  const std::vector<std::string> own = {"mx.example.org", "old.example.org.",
                                        "xn--bcher-kva.example"};
  const std::vector<std::string> claims = {
      "mx.example.org; dmarc=pass header.from=bank.example",
      "MX.Example.ORG; none",
      "mx.example.org.; none",
      "old.example.org; none",
      "(x) \"mx.example.org\" (y) 1; none",
      "\"mx.\r\n example.org\"; none",
      "mx.example.org/1; none",
      "mx.example.org dmarc=pass",
      "b\xC3\xBC"
      "cher.example; none",
      "B\xC3\x9C"
      "CHER.example; none",
      "mx\xEF\xBC\x8E"
      "example\xE3\x80\x82org; none",
  };
  for (const std::string& value : claims) {
    INFO(value);
    CHECK(must_be_removed(value, own));
  }
}

TEST_CASE("what shows nothing does not hide our name", "[authres][RFC 8601 5]") {
  const std::vector<std::string> own = {"mx.example.org",
                                        "b\xC3\xBC"
                                        "cher.example"};
  const std::string unseen[] = {
      "\xC2\xA0",          // no-break space
      "\xA0",              // the same in ISO 8859-1
      "\xC2\x85",          // next line
      "\xC2\xAD",          // soft hyphen
      "\xE1\x9A\x80",      // ogham space mark
      "\xE2\x80\x83",      // em space
      "\xE2\x80\x8B",      // zero width space
      "\xE2\x80\xA8",      // line separator
      "\xE2\x80\xAE",      // right-to-left override
      "\xE2\x81\xA0",      // word joiner
      "\xE3\x80\x80",      // ideographic space
      "\xEF\xBB\xBF",      // byte order mark
      "\xF0\x9F\x98\x80",  // not invisible, and not ASCII
  };
  for (const std::string& blank : unseen) {
    for (const std::string& value :
         {blank + "mx.example.org; none", "mx.example.org" + blank + "; none",
          " " + blank + " mx.example.org; none",
          blank + blank + "MX.example.org" + blank + "1; none", "mx." + blank + "example.org; none",
          "\"" + blank + "mx.example.org\"; none", "mx.example.org " + blank + "; none",
          "mx.example.org" + blank + "/1; none"}) {
      INFO(value);
      CHECK(must_be_removed(value, own));
    }
  }
  CHECK(
      must_be_removed("\xC2\xA0"
                      "b\xC3\xBC"
                      "cher.example; none",
                      own));
  CHECK_FALSE(
      must_be_removed("\xC2\xA0"
                      "other.example; none",
                      own));
  CHECK_FALSE(
      must_be_removed("mx.\xC3\xBC"
                      "example.net; none",
                      own));
  CHECK_FALSE(must_be_removed("\xC2\xA0; none", std::string()));
}

TEST_CASE("fields of an unknown version are removed", "[authres][RFC 8601 5]") {
  const std::vector<std::string> own = {"mx.example.org"};
  CHECK(must_be_removed("other.example 2; none", own));
  CHECK(must_be_removed("other.example 0; none", own));
  CHECK(must_be_removed("other.example 99999999999999999999999; none", own));
  CHECK(must_be_removed("other.example 1.0; none", own));
  CHECK_FALSE(must_be_removed("other.example 1; none", own));
  CHECK_FALSE(must_be_removed("other.example 01; none", own));
  CHECK(must_be_removed("mx.example.org; none", own.front()));
  CHECK_FALSE(must_be_removed("other.example; none", own.front()));
}

TEST_CASE("fields of others stay", "[authres][RFC 8601 5]") {
  const std::vector<std::string> own = {"mx.example.org", ""};
  const std::vector<std::string> foreign = {
      "other.example; none",
      "example.org; none",
      "a.mx.example.org; none",
      "mx.example.org.other.example; none",
      "other.example (mx.example.org); none",
      "other.example; spf=pass reason=\"mx.example.org; none\"",
      "other.example;\r\n\tmx.example.org; none",
      "other.example; dkim=pass ((never closed",
      "other.example/mx.example.org; none",
      "b\xC3\xBC"
      "cher.example; none",
      "\xFF.example; none",
      "other.example (b\xC3\xBC); none",
  };
  for (const std::string& value : foreign) {
    INFO(value);
    CHECK_FALSE(must_be_removed(value, own));
  }
}

TEST_CASE("a field is read with its properties in order", "[authres][RFC 8601 2.2]") {
  const auto read = parse_auth_results(
      " mx.example.org (our) 1;\r\n\tDKIM=Pass reason=\"good \\\"one\\\"\" (a;b)\r\n\t"
      "header.D=example.com header.i=@example.com header.b=\"a/b=\";"
      " spf / 1 = fail smtp . mailfrom = \"a b\"@example.com; dmarc=pass action=none");
  REQUIRE(read);
  CHECK(read->authserv_id == "mx.example.org");
  const std::vector<verify::ResInfo> expected = {
      {"dkim",
       "pass",
       "good \"one\"",
       {{"header", "d", "example.com"}, {"header", "i", "@example.com"}, {"header", "b", "a/b="}}},
      {"spf", "fail", "", {{"smtp", "mailfrom", "a b@example.com"}}},
      {"dmarc", "pass", "", {{"", "action", "none"}}},
  };
  CHECK(read->results == expected);
}

TEST_CASE("the comment-heavy example of the RFC is read", "[authres][RFC 8601 B.7]") {
  const auto read = parse_auth_results(
      "foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for "
      "it) fail\r\n      policy (A dot can go here) . (like that) expired\r\n      (this surprised "
      "me) = (as I wasn't expecting it) 1362471462");
  REQUIRE(read);
  CHECK(read->results ==
        std::vector<verify::ResInfo>{{"dkim", "fail", "", {{"policy", "expired", "1362471462"}}}});
}

TEST_CASE("none stands alone", "[authres][RFC 8601 2.2]") {
  CHECK(parse_auth_results("a.example; none") == verify::AuthResults{"a.example", {}});
  CHECK(parse_auth_results("a.example 1 ; (x) none (y)") == verify::AuthResults{"a.example", {}});
  CHECK_FALSE(parse_auth_results("a.example; none; spf=pass"));
  CHECK_FALSE(parse_auth_results("a.example; spf=pass; none"));
}

TEST_CASE("base64 and IPv6 addresses may go without quotes", "[authres]") {
  const auto read = parse_auth_results("a.example; arc=pass smtp.remote-ip=2001:db8::1 x.b=a/b+c=");
  REQUIRE(read);
  CHECK(read->results.at(0).properties ==
        std::vector<verify::Property>{{"smtp", "remote-ip", "2001:db8::1"}, {"x", "b", "a/b+c="}});
}

TEST_CASE("a field that is not to the letter is not read", "[authres][RFC 8601 2.2]") {
  const std::vector<std::string> values = {
      "",
      "a.example",
      "a.example;",
      "a.example; spf=pass;",
      "a.example; ; spf=pass",
      "a.example spf=pass",
      "a.example/1; none",
      "a.example 2; none",
      "a.example; spf",
      "a.example; spf=",
      "a.example; spf/2=pass",
      "a.example; spf=pass smtp.mailfrom",
      "a.example; spf=pass smtp.mailfrom=",
      "a.example; spf=pass smtp.=x",
      "a.example; spf=pass .mailfrom=x",
      "a.example; spf=pass reason=\"x\"smtp.helo=y",
      "a.example; spf=pass reason=\"never closed",
      "a.example; spf=pass (never closed",
      "a.example; spf=pass x.y=a b",
      "a.example; spf=pass x.y=<a>",
      "a.example; spf=pass x.y=\"a\0b\""s,
      "a.example; spf=pass (\0)"s,
      "a.example; spf=pass x.y=\"a\"@",
  };
  for (const std::string& value : values) {
    INFO(value);
    CHECK_FALSE(parse_auth_results(value));
  }
}

TEST_CASE("an ARC sealer's DMARC pass is read strictly", "[auth_results][RFC 8617 §4.1.1]") {
  const auto pass = [](std::string_view value) -> std::string {
    const auto domain = verify::find_dmarc_pass(value);
    return domain ? domain->text() : "";
  };
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=Example.com; spf=fail") == "example.com");
  CHECK(pass(" i=1; mx.example; dmarc=pass (p=reject) header.from=a@example.com") == "example.com");
  CHECK(pass(" i=1; mx.example; dmarc=fail header.from=example.com").empty());
  CHECK(pass(" i=1; mx.example; spf=pass header.from=example.com").empty());
  CHECK(pass(" i=1; mx.example; dmarc=pass smtp.from=example.com").empty());
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=a.example header.from=b.example").empty());
  // Zoho writes the address as it is, often twice.
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=<a@example.com>") == "example.com");
  CHECK(
      pass(" i=1; mx.example; dmarc=pass header.from=<a@example.com> header.from=<a@Example.com>; "
           "spf=pass") == "example.com");
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=example.com header.from=a@example.com") ==
        "example.com");
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=<a@a.example> header.from=<a@b.example>")
            .empty());
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=<a@a.example").empty());
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=<a@a.example>b.example").empty());
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=<>").empty());
  CHECK(pass(" i=1; mx.example; dmarc=pass header.from=<a b@a.example>").empty());
  // Exim begins with a property of no method.
  CHECK(pass(" i=1; mx.example; smtp.remote-ip=192.0.2.1;\r\n\tdmarc=pass header.from=a.example") ==
        "a.example");
  CHECK(pass(" i=1; mx.example; remote-ip=2001:db8::1; dmarc=pass header.from=a.example") ==
        "a.example");
  CHECK(pass(" i=1; mx.example; smtp.remote-ip=192.0.2.1").empty());
  CHECK(pass(" i=1; mx.example; a.b=c; d.e=f; dmarc=pass header.from=a.example").empty());
  CHECK(pass(" i=1; mx.example; spf=pass; a.b=c; dmarc=pass header.from=a.example").empty());
  CHECK(pass(" i=1; mx.example; dmarc=fail header.from=a.example; "
             "dmarc=pass header.from=b.example")
            .empty());
  CHECK(pass(" i=1; mx.example; dkim=fail reason=\"; dmarc=pass header.from=a.example\"").empty());
  CHECK(pass(" i=1; mx.example; none").empty());
  CHECK(pass("dmarc=pass header.from=example.com").empty());
  CHECK(pass("").empty());
}
