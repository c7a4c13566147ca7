#include "json/writer.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace {

std::string written(std::string_view value, std::size_t octets_max = 1000) {
  json::Writer json(64);
  json.begin_object();
  json.text("x", value, octets_max);
  json.end_object();
  return json.take();
}

}  // namespace

TEST_CASE("objects, arrays and commas nest", "[json]") {
  json::Writer json(64);
  json.begin_object();
  json.number("n", -7);
  json.begin_array("empty");
  json.end_array();
  json.begin_array("list");
  json.text({}, "a", 10);
  json.text({}, "b", 10);
  json.begin_object();
  json.boolean("yes", true);
  json.end_object();
  json.end_array();
  json.begin_object("o");
  json.end_object();
  json.text_or_null("z", std::nullopt, 10);
  json.end_object();
  CHECK(json.take() == R"({"n":-7,"empty":[],"list":["a","b",{"yes":true}],"o":{},"z":null})");
}

TEST_CASE("strings come out as plain ASCII JSON", "[json][RFC 8259 §7]") {
  struct Row {
    std::string in;
    std::string out;
  };
  const Row rows[] = {
      {"plain", "plain"},
      {"\"\\", R"(\"\\)"},
      {"a\r\n\tb", R"(a\r\n\tb)"},
      {std::string("\0\x1b\x7f", 3), R"(\u0000\u001b\u007f)"},
      {"\u00e9\u20ac", R"(\u00e9\u20ac)"},
      {"\U0001F4E7", R"(\ud83d\udce7)"},
      {"\u202Egpj.exe", R"(\u202egpj.exe)"},                // Right-to-left override.
      {"\xff\xc3", R"(\ufffd\ufffd)"},                      // No sequence; an unfinished one.
      {"\xc0\xaf", R"(\ufffd\ufffd)"},                      // Overlong.
      {"\xed\xa0\x80", R"(\ufffd\ufffd\ufffd)"},            // A surrogate.
      {"\xf4\x90\x80\x80", R"(\ufffd\ufffd\ufffd\ufffd)"},  // Above U+10FFFF.
  };
  for (const Row& row : rows)
    CHECK(written(row.in) == "{\"x\":\"" + row.out + "\"}");
}

TEST_CASE("a string is cut where its escaped form would be too long", "[json]") {
  CHECK(written("abcdef", 6) == R"({"x":"abcdef"})");
  CHECK(written("abcdefg", 6) == R"({"x":"abcdef..."})");
  CHECK(written("abc\xff", 6) == R"({"x":"abc..."})");
  CHECK(written("\xff\xff", 6) == R"({"x":"\ufffd..."})");
  CHECK(written("\U0001F4E7", 11) == R"({"x":"..."})");
}

TEST_CASE("every octet pair gives JSON that another implementation reads", "[json]") {
  for (int first = 0; first < 256; ++first) {
    std::string text;
    for (int second = 0; second < 256; ++second) {
      text += static_cast<char>(first);
      text += static_cast<char>(second);
    }
    const std::string line = written(text, 10'000);
    CHECK(line.find_first_not_of("\n") == 0);
    CHECK(nlohmann::json::parse(line, nullptr, false).is_object());
  }
}
