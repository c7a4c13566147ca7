#include "config/toml_text.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a string is written with the escapes that TOML asks for", "[config][TOML 1.0]") {
  CHECK(config::toml_string("") == "\"\"");
  CHECK(config::toml_string("a\"b\\c\n\x7F\u00FC") == "\"a\\\"b\\\\c\\u000A\\u007F\u00FC\"");
}

TEST_CASE("strings stand on one line as an array", "[config]") {
  CHECK(config::toml_array({}) == "[]");
  CHECK(config::toml_array({"a", "b"}) == R"(["a", "b"])");
}

TEST_CASE("settings stand on one line as an inline table", "[config]") {
  CHECK(config::inline_table({}) == "{}");
  CHECK(config::inline_table({{"a", "1"}, {"b", "[2]"}}) == "{a = 1, b = [2]}");
}
