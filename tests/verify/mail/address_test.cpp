#include "verify/mail/address.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

struct FromRow {
  const char* value;
  std::vector<const char*> domains;
};

// What parse_from() makes of one value: the domains, or the fault's name.
std::vector<std::string> seen(std::string_view value) {
  const auto addresses = mail::parse_from(value);
  if (!addresses) return {std::string(mail::name(addresses.error()))};
  std::vector<std::string> domains;
  for (const mail::Address& address : *addresses)
    domains.push_back(address.domain.text());
  return domains;
}

}  // namespace

TEST_CASE("every legal shape of From gives its domains", "[mail][RFC 5322 §3.4]") {
  const std::vector<FromRow> rows = {
      {" user@example.com", {"example.com"}},
      {" <user@EXAMPLE.com>", {"example.com"}},
      {" Joe Q. Public <j@example.com>", {"example.com"}},  // obs-phrase
      {" \"Doe, Jane\" <j@example.com>", {"example.com"}},
      {" \"a@bad.example\" <j@example.com>", {"example.com"}},        // display name only
      {" (a@bad.example) j@example.com (x (y) z)", {"example.com"}},  // nested comments
      {" \"j (\"@example.com", {"example.com"}},                      // quoted local part
      {" c (x) @(host)example.com", {"example.com"}},                 // obs-local-part, obs-domain
      {" (c) Joe (c) <\r\n j@example.com (c) > (c)", {"example.com"}},
      {" \r\n =?utf-8?q?(omit)?=\r\n\t<j@example.com>", {"example.com"}},
      {" a@one.example, b@two.example", {"one.example", "two.example"}},
      {" ,, a@one.example,", {"one.example"}},  // obs-mbox-list
      {" Team: a@one.example, B <b@two.example>;", {"one.example", "two.example"}},  // RFC 6854
      {" \"Joe <j@example.com>\" j@example.com", {"example.com"}},
      {" j\u00F6rg@b\u00FCcher.example", {"xn--bcher-kva.example"}},  // RFC 6532
      {" \"john smith\"@example.com", {"example.com"}},
      {" \"/G=John/S=Smith/\"@example.com", {"example.com"}},
      {" SRS0=x=y=bad.example=ceo@example.com", {"example.com"}},
      {" ceo%bad.example@example.com", {"example.com"}},
      {" bad.example!ceo@example.com", {"example.com"}},
      {" ceo=40bad.example@example.com", {"example.com"}},
      {" \"<a@bad.example>\" <j@example.com>", {"example.com"}},
      {" =?utf-8?q?ceo=40bad.example?= <j@example.com>", {"example.com"}},
      {" =?utf-8?q?Ceo_=3Cceo=40bad.example=3E?= <j@example.com>", {"example.com"}},
      {" =?iso-2022-jp?B?GyRCJSIbKEI=?= <j@example.com>", {"example.com"}},
      {" J\xF6rg <j@example.com>", {"example.com"}},  // Latin-1, as it must not be sent.
      {" ceo\uFF20bad.example <j@example.com>", {"example.com"}},
      // Dots where the grammar has none: addresses that carriers gave out.
      {" user..name@example.com", {"example.com"}},
      {" Taro <user.@example.com>", {"example.com"}},
      {" Taro <.user...name..@example.com>", {"example.com"}},
      {" \"Taro\" <a.-.b@example.com>", {"example.com"}},
      // Raw ISO-2022-JP (RFC 1468): octets of characters look like quotes, brackets and "@".
      {" \"\x1B$B%%f!<%%7!<\x1B(B\" <j@example.com>", {"example.com"}},
      {" \x1B$B%%f!<%%7!<\x1B(B <j@example.com>", {"example.com"}},
      {" \"\x1B$B%\"%@%\\\x1B(B\" <j@example.com>", {"example.com"}},
      {" \"\x1B$@%(%@%.%@\x1B(J\" <j@example.com>", {"example.com"}},
      {" j@example.com (\x1B$B%\"%)%(\x1B(B)", {"example.com"}},
      {" \"\x1B\" <j@example.com>", {"example.com"}},
  };
  for (const FromRow& row : rows) {
    INFO(row.value);
    CHECK(seen(row.value) == std::vector<std::string>(row.domains.begin(), row.domains.end()));
  }
}

TEST_CASE("careless From is taken when it names one domain only", "[mail][RFC 9989 §11.5]") {
  CHECK(seen(" Foo, Inc. <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" [Bug] System <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" j@example.com <j@Example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" \"unclosed <j@example.com>") == std::vector<std::string>{"example.com"});
  // What follows the "@" is no domain that DMARC could be about.
  CHECK(seen(" Sales @ Acme <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" Sales @ Acme, Inc. <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" j@exam <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" name@kyoto-japan <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" @handle <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" Me @ <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" 'j@example.com' <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" j@example.com. <j@example.com>") == std::vector<std::string>{"example.com"});
  CHECK(seen(" ceo@bank.example <j@example.com>") == std::vector<std::string>{"malformed"});
  CHECK(seen(" Foo, ceo@bank.example. <j@example.com>") == std::vector<std::string>{"malformed"});
  CHECK(seen(" Foo, (ceo@bank.example) <j@example.com>") == std::vector<std::string>{"malformed"});
}

TEST_CASE("an encoded-word with an address in it makes a careless From malformed",
          "[mail][RFC 2047 §6.2]") {
  for (const char* value : {" =?utf-8?B?PGNlb0BiYW5rLmV4YW1wbGU+?=, <j@example.com>",
                            " =?utf-8?q?=3Cceo=40bank.example=3E?=, <j@example.com>",
                            " =?utf-8?q?Jim?= , =?utf-8?b?Y2VvQGJhbms=?=, <j@example.com>"}) {
    INFO(value);
    CHECK(seen(value) == std::vector<std::string>{"malformed"});
  }
  for (const char* value : {" =?utf-8?q?J=C3=B6rg?=, Inc. <j@example.com>",
                            " =?utf-8?B?SsO2cmc=?=, Inc. <j@example.com>", " =?x, <j@example.com>",
                            " =?x?, <j@example.com>", " =?x?b?, <j@example.com>",
                            // Not RFC 2047 §2: nothing but "?" stands behind the encoding.
                            " =?x?qJ=40bank.example?=, <j@example.com>"}) {
    INFO(value);
    CHECK(seen(value) == std::vector<std::string>{"example.com"});
  }
}

TEST_CASE("a From that can be read in two ways is malformed", "[mail][RFC 9989 §11.5]") {
  for (const char* value :
       {" <a@one.example>b@two.example", " <a@one.example> <b@two.example>",
        " a@one.example b@one.example", " bar b@one.example", " <a@one.example", " a@one.example>",
        " <@one.example>", " a@@one.example", " a@[192.0.2.1]", " <a@one.example>:<b@two.example>",
        " (unclosed a@one.example", " a@one.example\\", " a@one..example", " a@one.example.",
        " a@one.example\x01", " Team: a@one.example", " a@one.example; b@two.example",
        // Source routes.
        " <@two.example:a@one.example>", " <@a.example,@b.example:j@one.example>",
        " CEO <@two.example:a@one.example>",
        // Specials in a local part, quoted, escaped, encoded, or as compatibility characters.
        " \"a@two.example\"@one.example", " \"a@two.example,\"@one.example",
        " \"<a@two.example>\"@one.example", " \"a@two.example> \"@one.example",
        " CEO <\"a@two.example>\"@one.example>", " \"a\\@two.example\"@one.example",
        " \"x <a@two.example>\"@one.example", " \"a<\"@one.example", " \"a>\"@one.example",
        " \"a,b\"@one.example", " \"a;b\"@one.example", " b.\"a@two.example\".c@one.example",
        " =?utf-8?q?a=40two.example?=@one.example", " <=?utf-8?q?a=00?=@one.example>",
        " =?utf-8?B?YUB0d28uZXhhbXBsZT4=?=@one.example", " =?utf-8?q?a=2C?=@one.example",
        " a\uFF20two.example@one.example", " a\uFE6Btwo.example@one.example",
        " a(@two.example)@one.example", " a@(@two.example)one.example", " a(<)@one.example",
        // Gaps in a domain: a careless reader's ends there.
        " a@two.example .one.example", " <a@two.example .one.example>",
        " <a@two.example(c).one.example>", " <a@two.example.\r\n one.example>",
        // Another address where readers differ on where a name ends.
        " \"a@two.example\" b@one.example", " \"a@two.example\" \"\" b@one.example",
        " \"a@two.example\": b@one.example;", " =?utf-8?q?a=40two.example?=: b@one.example;",
        " \"a@two.example>\" <b@one.example>", " =?utf-8?q?a=40two.example=3E?= <b@one.example>",
        " =?utf-8?q?a=40two?= =?utf-8?q?.example>,?= <b@one.example>",
        // An "@" with a domain behind it, whatever is put between.
        " a@ two.example <b@one.example>", " a@(c)two.example <b@one.example>",
        " a@two .example <b@one.example>", " a@two(c) . (c) example <b@one.example>",
        " a@two. example <b@one.example>", " a@two=?utf-8?q?.example?= <b@one.example>",
        " a@=?utf-8?q?two.example?= <b@one.example>", " a@two =?utf-8?q?.example?= <b@one.example>",
        " a@\"two.example\" <b@one.example>", " a@[192.0.2.1] <b@one.example>",
        " a@two.example! <b@one.example>", " a@two\u3002example <b@one.example>",
        " a@one.example .two.example <b@one.example>",
        // Escape characters, when readers that know the charset and those that do not differ.
        " \"\x1B$B!\"\x1B(B\" <a@two.example> (\" <b@one.example>",
        " \x1B$B<a@two.example>\x1B(B <b@one.example>", " a\x1B@one.example",
        " \"a\x1B\"@one.example", " \"\x1B$B\" <a@two.example>, \"\x1B(B\" <b@one.example>"}) {
    INFO(value);
    CHECK(seen(value) == std::vector<std::string>{"malformed"});
  }
}

TEST_CASE("NUL in From is malformed", "[mail][RFC 5322 §4.1]") {
  CHECK(seen(std::string_view(" a@one.example\0.two.example", 26)) ==
        std::vector<std::string>{"malformed"});
}

TEST_CASE("a From without any address has no domain", "[mail][RFC 9989 §5.3.1]") {
  for (const char* value :
       {"", "  ", " undisclosed-recipients:;", " (only a comment)", " ,", " MAILER-DAEMON <>",
        " <>", " Mail Delivery System <>", " \"Mail Delivery System\" <>", " MAILER-DAEMON",
        " <MAILER-DAEMON>", " postmaster (Mail Delivery System)", " root (Cron Daemon)",
        " a.example", " =?utf-8?q?News?=", " Mail, Delivery <>"}) {
    INFO(value);
    CHECK(seen(value) == std::vector<std::string>{"no_domain"});
  }
}

TEST_CASE("a huge From is read in linear time", "[mail]") {
  const std::string parens = " " + std::string(60'000, '(') + " a@one.example";
  CHECK(seen(parens) == std::vector<std::string>{"malformed"});
  const std::string commas = " " + std::string(60'000, ',') + "a@one.example";
  CHECK(seen(commas) == std::vector<std::string>{"one.example"});
  std::string many;
  for (int i = 0; i < 5'000; ++i)
    many += " a@one.example,";
  const std::string ats = " " + std::string(60'000, '@') + " <a@one.example>";
  CHECK(seen(ats) == std::vector<std::string>{"malformed"});
  CHECK(seen(many) == std::vector<std::string>{"malformed"});  // More than a person ever wrote.
}

TEST_CASE("authors come from exactly one From field", "[mail][RFC 9989 §5.3.1]") {
  mail::Headers none;
  REQUIRE(none.add({"To", " a@one.example"}, 1000));
  CHECK(mail::find_authors(none).fault == mail::FromFault::missing);

  mail::Headers two;
  REQUIRE(two.add({"From", " a@one.example"}, 1000));
  REQUIRE(two.add({"from ", " a@one.example"}, 1000));
  CHECK(mail::find_authors(two).fault == mail::FromFault::repeated);

  mail::Headers same;
  REQUIRE(same.add({"From", " a@one.example, b@ONE.example"}, 1000));
  CHECK_FALSE(mail::find_authors(same).fault);
  CHECK(mail::find_authors(same).addresses.size() == 2);

  mail::Headers several;
  REQUIRE(several.add({"From", " a@one.example, b@two.example"}, 1000));
  CHECK(mail::find_authors(several).fault == mail::FromFault::several_domains);
}

TEST_CASE("envelope paths give a mailbox or nothing", "[mail][RFC 5321 §4.1.2]") {
  CHECK(mail::parse_path("<a@Example.com>")->domain.text() == "example.com");
  CHECK(mail::parse_path("a@example.com")->local_part == "a");
  CHECK(mail::parse_path("<@x.example,@y.example:a@example.com>")->local_part == "a");
  CHECK(mail::parse_path("<\"a b\\\"c\"@example.com>")->local_part == "a b\"c");
  for (const char* path :
       {"<>", "", "a", "<a@>", "<@example.com>", "a@b(c.example", "\"a@example.com"}) {
    INFO(path);
    CHECK_FALSE(mail::parse_path(path));
  }
}
