#include "cli/message.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace {

constexpr std::size_t octets_max = 10'000;

// "name|value" of each field, and the body, as one text.
std::string shape(std::string_view text) {
  const cli::Message message = cli::read_message(text, octets_max);
  std::string out;
  for (const mail::HeaderField& field : message.headers.fields()) {
    out += field.name + "|" + field.value + "#";
  }
  return out + "#" + message.body;
}

}  // namespace

TEST_CASE("a message file is read as an MTA hands it to a milter", "[cli]") {
  struct Row {
    std::string text;
    std::string shape;
  };
  const Row rows[] = {
      // LF and CRLF are the same.
      {"From: a@b\nTo: c\n\nhello\nyou\n", "From| a@b#To| c##hello\r\nyou\r\n"},
      {"From: a@b\r\nTo: c\r\n\r\nhello\r\nyou\r\n", "From| a@b#To| c##hello\r\nyou\r\n"},
      // Folds are kept, with CRLF.
      {"Subject: a\n  b\n\tc\n\nx\n", "Subject| a\r\n  b\r\n\tc##x\r\n"},
      // An mbox line in front is not of the message.
      {"From a@b Fri May  1 12:00:00 2026\nTo: c\n\nx\n", "To| c##x\r\n"},
      // The space after the colon is the sender's.
      {"A:b\nC:  d\n\n", "A|b#C|  d##"},
      // Obsolete blanks before the colon.
      {"A \t: b\n\n", "A \t| b##"},
      // No body, no empty line, no last line end.
      {"A: b", "A| b##"},
      {"A: b\n", "A| b##"},
      {"A: b\n\nx", "A| b##x\r\n"},
      // Empty lines of the body stay.
      {"A: b\n\n\nx\n\n", "A| b##\r\nx\r\n\r\n"},
      // What cannot be a field begins the body.
      {"A: b\nno field\nC: d\n", "A| b##no field\r\nC: d\r\n"},
      {" folded: x\n", "## folded: x\r\n"},
      {": x\n", "##: x\r\n"},
      {"", "#"},
      // A CR of its own is no line end.
      {"A: b\rc\n\nx\ry\n", "A| b\rc##x\ry\r\n"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(shape(row.text) == (row.shape.starts_with("##") ? row.shape.substr(1) : row.shape));
  }
}

TEST_CASE("a field ends at a NUL, as it does on its way to the daemon", "[cli]") {
  const cli::Message message = cli::read_message(std::string("A: b\0c\n\n", 8), octets_max);
  REQUIRE(message.headers.fields().size() == 1);
  CHECK(message.headers.fields()[0].value == " b");
}

TEST_CASE("a header section past the limit is incomplete, its body still read", "[cli]") {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "A: b\n";
  const cli::Message message = cli::read_message(text + "\nx\n", octets_max);
  CHECK_FALSE(message.headers_complete);
  CHECK(message.headers.octets() <= octets_max);
  CHECK(message.body == "x\r\n");
}
