#include "verify/mail/headers.hpp"

#include <catch2/catch.hpp>

TEST_CASE("fields are found without case, top first", "[mail][RFC 5322 §1.2.2]") {
  mail::Headers headers;
  REQUIRE(headers.add({"From", " a@example.com"}, 1000));
  REQUIRE(headers.add({"To", " b@example.com"}, 1000));
  REQUIRE(headers.add({"fROM", " c@example.com"}, 1000));
  const auto found = headers.named("from");
  REQUIRE(found.size() == 2);
  CHECK(found[0]->value == " a@example.com");
  CHECK(found[1]->value == " c@example.com");
}

TEST_CASE("a blank before the colon hides no field", "[mail][RFC 5322 §4.5]") {
  mail::Headers headers;
  REQUIRE(headers.add({"From \t", " a@example.com"}, 1000));
  CHECK(headers.named("From").size() == 1);
}

TEST_CASE("the header section is bounded to the octet", "[mail]") {
  mail::Headers headers;
  CHECK(headers.add({"A", "1"}, 10));  // "A:1\r\n" is 5 octets.
  CHECK(headers.add({"B", "2"}, 10));
  CHECK_FALSE(headers.add({"C", "3"}, 10));
  CHECK(headers.fields().size() == 2);
  CHECK(headers.octets() == 10);
}
