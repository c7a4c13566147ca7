#include "milter/mta.hpp"

#include <catch2/catch.hpp>

using milter::decode_xtext;
using milter::is_sendmail;

TEST_CASE("Sendmail is told from Postfix by its version", "[milter]") {
  CHECK(is_sendmail("8.17.1.9"));
  CHECK(is_sendmail("8.18.1"));
  CHECK_FALSE(is_sendmail("Postfix 3.7.11"));
  CHECK_FALSE(is_sendmail("Postfix 3.11-20260101"));
  CHECK_FALSE(is_sendmail(""));
}

TEST_CASE("xtext is decoded, and what is none stays", "[milter][RFC 3461 §4]") {
  CHECK(decode_xtext("scan+2Bner") == "scan+ner");
  CHECK(decode_xtext("us+C3+A9r") == "us\xC3\xA9r");
  CHECK(decode_xtext("a+3Db+2B2B") == "a=b+2B");
  CHECK(decode_xtext("") == "");
  CHECK(decode_xtext("alice") == "alice");
  CHECK(decode_xtext("a+") == "a+");
  CHECK(decode_xtext("a+4") == "a+4");
  CHECK(decode_xtext("a+4g") == "a+4g");
  CHECK(decode_xtext("a+2b") == "a+2b");  // Lower case is no xtext.
  CHECK(decode_xtext("++41") == "+A");
}
