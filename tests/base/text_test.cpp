#include "base/text.hpp"

#include <catch2/catch.hpp>

TEST_CASE("printable text cannot forge a log line", "[base]") {
  CHECK(base::printable("plain caf\u00E9 text") == "plain caf\u00E9 text");
  CHECK(base::printable("a\r\nb\tc") == "a\\x0D\\x0Ab\\x09c");
  CHECK(base::printable("say \"hi\"\\") == "say \\x22hi\\x22\\x5C");
  CHECK(base::plain_length("say \"hi\"") == 4);
  CHECK(base::plain_length("a~ \x7F") == 3);
  CHECK(base::plain_length("caf\u00E9") == 3);
  CHECK(base::plain_length("") == 0);
  CHECK(base::printable("0123\n", 4) == "0123...");
  CHECK(base::printable("0123", 4) == "0123");
  CHECK(base::printable("\x7F\x1B[31m") == "\\x7F\\x1B[31m");
  CHECK(base::printable("a\u202Eb\u2066c\u200Fd") ==
        "a\\xE2\\x80\\xAEb\\xE2\\x81\\xA6c\\xE2\\x80\\x8Fd");
  CHECK(base::printable("\u0085\uFEFF") == "\\xC2\\x85\\xEF\\xBB\\xBF");
}

TEST_CASE("plain text ends at the first octet that needs an escape, wherever it is", "[base]") {
  for (int value = 0; value < 256; ++value) {
    const char octet = static_cast<char>(value);
    const bool plain = value >= ' ' && value < 0x7F && octet != '"' && octet != '\\';
    for (std::size_t place = 0; place < 40; ++place) {
      std::string text(40, 'a');
      text[place] = octet;
      CHECK(base::plain_length(text) == (plain ? text.size() : place));
    }
  }
}

TEST_CASE("invalid UTF-8 is escaped octet by octet", "[base][RFC 3629 §4]") {
  CHECK(base::printable("\xFF"
                        "a") == "\\xFFa");
  CHECK(base::printable("\xC0\x80") == "\\xC0\\x80");           // Overlong.
  CHECK(base::printable("\xED\xA0\x80") == "\\xED\\xA0\\x80");  // Surrogate.
  CHECK(base::printable("\xE2\x82") == "\\xE2\\x82");           // Cut.
  CHECK(base::printable("\xF4\x90\x80\x80") == "\\xF4\\x90\\x80\\x80");
  CHECK(base::printable("\xF0\x9F\x93\xA7") == "\xF0\x9F\x93\xA7");
}

TEST_CASE("printable text is bounded and says so", "[base]") {
  CHECK(base::printable("abcdef", 3) == "abc...");
  CHECK(base::printable("abc", 3) == "abc");
  CHECK(base::printable("a\u00E9", 2) == "a...");  // No character is cut in half.
}

TEST_CASE("numbers are digits that fit", "[base]") {
  CHECK(base::parse_number("18446744073709551615") == 18446744073709551615ULL);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616"}) {
    INFO(text);
    CHECK_FALSE(base::parse_number(text));
  }
}

TEST_CASE("case and white space are ASCII", "[base]") {
  CHECK(base::equal_ignoring_case("DKIM-Signature", "dkim-signature"));
  CHECK_FALSE(base::equal_ignoring_case("dkim", "dkim-"));
  CHECK(base::trim(" \t\r\n a b \r\n") == "a b");
  CHECK(base::trim(" ").empty());
}
