#include "verify/spf/sender.hpp"

#include <catch2/catch.hpp>

namespace {

spf::Sender sender(std::string mail_from, std::string helo = "mail.example.org",
                   spf::Identity identity = spf::Identity::mail_from) {
  return spf::find_sender({.client = base::IpAddress::parse("192.0.2.1").value(),
                           .identity = identity,
                           .helo = std::move(helo),
                           .mail_from = std::move(mail_from),
                           .receiver = {}});
}

}  // namespace

TEST_CASE("the domain follows the last @", "[spf][RFC 7208 §4.3]") {
  CHECK(sender("a@example.com").domain == "example.com");
  CHECK(sender("a@example.com").local_part == "a");
  CHECK(sender("\"a@b\"@Example.com.").domain == "Example.com");
  CHECK(sender("\"a@b\"@example.com").local_part == "\"a@b\"");
  CHECK(sender("@example.com").local_part == "postmaster");
  CHECK(sender("example.com").domain == "example.com");
  CHECK(sender("example.com").local_part == "postmaster");
}

TEST_CASE("postmaster@HELO stands in for the null reverse-path", "[spf][RFC 7208 §2.4]") {
  const auto found = sender("");
  CHECK(found.identity == spf::Identity::helo);
  CHECK(found.domain == "mail.example.org");
  CHECK(found.local_part == "postmaster");
  CHECK(sender("a@example.com").identity == spf::Identity::mail_from);
  const auto helo = sender("a@example.com", "mail.example.org", spf::Identity::helo);
  CHECK(helo.domain == "mail.example.org");
  CHECK(helo.local_part == "postmaster");
}

TEST_CASE("what is no name of two labels has no domain", "[spf][RFC 7208 §4.3]") {
  for (const std::string domain :
       {"", "example", "a..example", ".example.com", "[192.0.2.1]", "[IPv6:2001:db8::1.x]",
        "a b.example", "one.example(.two.example", "one.example;x.two.example",
        "one.example\".two.example", "a\x01.example", "a\x7f.example", "example.."}) {
    CAPTURE(domain);
    CHECK(sender("a@" + domain).domain.empty());
  }
  CHECK(sender("a@" + std::string(63, 'x') + ".example").domain.size() == 71);
  CHECK(sender("a@" + std::string(64, 'x') + ".example").domain.empty());
  std::string long_name = "example";
  while (long_name.size() < 253)
    long_name = "x." + long_name;
  CHECK(sender("a@" + long_name).domain == long_name);
  CHECK(sender("a@x" + long_name).domain.empty());
}

TEST_CASE("what mail servers read in several ways is no mailbox", "[spf][RFC 5321 §4.1.2]") {
  for (const std::string local_part :
       {"a@one.example", "(a@one.example", "a@one.example (x", "\"a\"@one.example,\"b\""}) {
    CAPTURE(local_part);
    CHECK(sender(local_part + "@two.example").domain.empty());
  }
  CHECK(sender("\"a@one.example\"@two.example").domain == "two.example");
  CHECK(sender("@one.example,@three.example:a@two.example").domain == "two.example");
  CHECK(sender("@one.example:a@two.example").local_part == "a");
  CHECK(sender("@one.example:").identity == spf::Identity::mail_from);
  CHECK(sender("@one.example:").domain.empty());
}

TEST_CASE("U-labels become A-labels", "[spf][RFC 8616 §4]") {
  CHECK(sender("a@b\u00fccher.example").domain == "xn--bcher-kva.example");
  CHECK(sender("a@\xff.example").domain.empty());
  CHECK(sender("", "b\u00fccher.example").helo == "xn--bcher-kva.example");
}

TEST_CASE("a local-part beyond ASCII is for no macro", "[spf][RFC 8616 §4]") {
  CHECK_FALSE(sender("\u00fc@example.com").local_part);
  CHECK_FALSE(sender(std::string(513, 'x') + "@example.com").local_part);
  CHECK_FALSE(sender("a@example.com", "\xff").helo);
  CHECK_FALSE(sender("a@example.com", std::string(513, 'x')).helo);
}
