#include "base/domain.hpp"

#include <string>

#include <catch2/catch.hpp>

using base::Domain;

TEST_CASE("a domain is lower case A-labels without a trailing dot", "[base][RFC 1035 §2.3.4]") {
  CHECK(Domain::parse("Mail.EXAMPLE.com")->text() == "mail.example.com");
  CHECK(Domain::parse("_dmarc.example.com")->text() == "_dmarc.example.com");
  CHECK(Domain::parse("com")->label_count() == 1);
}

TEST_CASE("U-labels become A-labels", "[base][RFC 8616 §2]") {
  CHECK(Domain::parse("b\u00FCcher.example")->text() == "xn--bcher-kva.example");
  CHECK(Domain::parse("B\u00DCCHER.example") == Domain::parse("xn--bcher-kva.EXAMPLE"));
  CHECK_FALSE(
      Domain::parse("b\xFC"
                    "cher.example"));  // Latin-1 is not UTF-8.
}

TEST_CASE("what DNS cannot hold is no domain", "[base][RFC 1035 §2.3.4]") {
  const std::string long_label = std::string(64, 'a') + ".example";
  std::string long_name = "a";
  while (long_name.size() < 254)
    long_name += ".a";
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a."), std::string(".a"), std::string("a..b"),
        std::string("a b"), std::string("a(b.example"), std::string("[192.0.2.1]"),
        std::string("a\0b", 3), std::string("\u00FC\0b.example", 12), long_label, long_name}) {
    INFO(text);
    CHECK_FALSE(Domain::parse(text));
  }
  CHECK(Domain::parse(std::string(63, 'a') + ".example"));
  CHECK(Domain::parse(long_name.substr(2)));
}

TEST_CASE("parents and suffixes go up label by label", "[base]") {
  const Domain name = *Domain::parse("a.b.example.com");
  CHECK(name.label_count() == 4);
  CHECK(name.parent()->text() == "b.example.com");
  CHECK_FALSE(Domain::parse("com")->parent());
  CHECK(name.suffix(1).text() == "com");
  CHECK(name.suffix(3).text() == "b.example.com");
  CHECK(name.suffix(4) == name);
  CHECK(name.suffix(9) == name);
}

TEST_CASE("a name is within itself and its ancestors only", "[base]") {
  const Domain name = *Domain::parse("a.example.com");
  CHECK(name.is_within(name));
  CHECK(name.is_within(*Domain::parse("example.com")));
  CHECK_FALSE(name.is_within(*Domain::parse("b.a.example.com")));
  CHECK_FALSE(Domain::parse("badexample.com")->is_within(*Domain::parse("example.com")));
}

TEST_CASE("U-labels are what people are shown", "[base][RFC 5890 §2.3.2.1]") {
  const auto shown = [](std::string_view text) { return base::Domain::parse(text)->u_labels(); };
  CHECK(shown("example.com") == "example.com");
  CHECK(shown("b\u00FCcher.example") == "b\u00FCcher.example");
  CHECK(shown("mail.xn--bcher-kva.example") == "mail.b\u00FCcher.example");
  // A label that decodes to nothing hides no other.
  CHECK(shown("xn--99999999.xn--bcher-kva.example") == "xn--99999999.b\u00FCcher.example");
  CHECK(shown("xn--.example") == "xn--.example");
}
