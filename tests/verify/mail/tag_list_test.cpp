#include "verify/mail/tag_list.hpp"

#include <catch2/catch.hpp>

TEST_CASE("white space around tokens and a final semicolon are legal", "[mail][RFC 6376 §3.2]") {
  const auto list = mail::TagList::parse(" v = 1 ;\r\n\ta=rsa-sha256; b= dG\r\n hl ; x=;");
  REQUIRE(list);
  CHECK(list->find("v") == "1");
  CHECK(list->find("a") == "rsa-sha256");
  CHECK(list->find("b") == "dG\r\n hl");
  CHECK(list->find("x") == "");
  CHECK_FALSE(list->find("V"));
  CHECK(list->tags().size() == 4);
}

TEST_CASE("a value may hold equals signs and UTF-8", "[mail][RFC 6376 §3.2][RFC 8616 §4]") {
  const auto list = mail::TagList::parse("bh=dGhl==; d=b\u00FCcher.example");
  REQUIRE(list);
  CHECK(list->find("bh") == "dGhl==");
  CHECK(list->find("d") == "b\u00FCcher.example");
}

TEST_CASE("what is no tag list is refused", "[mail][RFC 6376 §3.2]") {
  for (const char* text :
       {"", " ", ";", "v", "v=1;;a=2", "=1", "1v=1", "v-x=1", "v=1; a", "v=\x01"}) {
    INFO(text);
    const auto list = mail::TagList::parse(text);
    REQUIRE_FALSE(list);
    CHECK(list.error() == mail::TagListError::malformed);
  }
}

TEST_CASE("a duplicate tag spoils the whole list", "[mail][RFC 6376 §3.2]") {
  const auto list = mail::TagList::parse("v=1; a=2; v=1");
  REQUIRE_FALSE(list);
  CHECK(list.error() == mail::TagListError::duplicate_tag);
}
