#include "verify/dkim/canonical.hpp"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using dkim::Canon;

namespace {

std::string canonical_body(Canon canon, const std::vector<std::string_view>& pieces) {
  dkim::BodyCanonicalizer canonicalizer(canon);
  std::string out;
  const auto sink = [&](std::string_view text) { out += text; };
  for (const std::string_view piece : pieces)
    canonicalizer.feed(piece, sink);
  canonicalizer.finish(sink);
  return out;
}

// RFC 6376 §3.4.3 and §3.4.4 word by word, line by line, on the whole body.
std::string reference_body(Canon canon, std::string_view body) {
  std::vector<std::string> lines;
  while (!body.empty()) {
    const std::size_t end = body.find("\r\n");
    std::string line;
    for (const char c : body.substr(0, end)) {
      const bool blank = c == ' ' || c == '\t';
      if (canon == Canon::simple || !blank)
        line += c;
      else if (!line.ends_with(' '))
        line += ' ';
    }
    if (canon == Canon::relaxed && line.ends_with(' ')) line.pop_back();
    lines.push_back(line);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
  }
  while (!lines.empty() && lines.back().empty())
    lines.pop_back();
  std::string out;
  for (const std::string& line : lines)
    out += line + "\r\n";
  return out.empty() && canon == Canon::simple ? "\r\n" : out;
}

}  // namespace

TEST_CASE("the examples of the RFC come out as printed", "[dkim][RFC 6376 §3.4.5]") {
  const mail::HeaderField a{"A", " X"};
  const mail::HeaderField b{"B ", " Y\t\r\n\tZ  "};
  CHECK(canonical_field(a, Canon::relaxed) == "a:X\r\n");
  CHECK(canonical_field(b, Canon::relaxed) == "b:Y Z\r\n");
  const mail::HeaderField lone{"C", "\r\n \r x\r\r\n\ty \r\n \r\n z \t\r\n"};
  CHECK(canonical_field(lone, Canon::relaxed) == "c:\r x\r y z\r\n");  // A CR alone is text.
  CHECK(canonical_field(a, Canon::simple) == "A: X\r\n");
  CHECK(canonical_field(b, Canon::simple) == "B : Y\t\r\n\tZ  \r\n");
  const std::string body = " C \r\nD \t E\r\n\r\n\r\n";
  CHECK(canonical_body(Canon::relaxed, {body}) == " C\r\nD E\r\n");
  CHECK(canonical_body(Canon::simple, {body}) == " C \r\nD \t E\r\n");
}

TEST_CASE("a relaxed field is unfolded and trimmed", "[dkim][RFC 6376 §3.4.2]") {
  struct Row {
    std::string value;
    std::string relaxed;
  };
  const auto row = GENERATE(values<Row>({{"", "x:\r\n"},
                                         {" ", "x:\r\n"},
                                         {"\r\n ", "x:\r\n"},
                                         {"a", "x:a\r\n"},
                                         {"  a  b\t\tc  ", "x:a b c\r\n"},
                                         {" a\r\n\t \r\n b", "x:a b\r\n"},
                                         {" a\rb\nc", "x:a\rb\nc\r\n"},
                                         {" \x80\x01", "x:\x80\x01\r\n"}}));
  CHECK(canonical_field({"X", row.value}, Canon::relaxed) == row.relaxed);
}

TEST_CASE("line ends and blanks of the body", "[dkim][RFC 6376 §3.4.3][RFC 6376 §3.4.4]") {
  struct Row {
    std::string body;
    std::string simple;
    std::string relaxed;
  };
  const auto row = GENERATE(values<Row>({
      {"", "\r\n", ""},
      {"\r\n", "\r\n", ""},
      {"\r\n\r\n", "\r\n", ""},
      {" \r\n\t\r\n", " \r\n\t\r\n", ""},  // Blank lines are empty ones only when relaxed.
      {" ", " \r\n", ""},
      {"a", "a\r\n", "a\r\n"},
      {"a ", "a \r\n", "a\r\n"},
      {"\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
      {"a\r\n\r\nb", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"},
      {"a\r\n \r\n", "a\r\n \r\n", "a\r\n"},
      {"a\r", "a\r\r\n", "a\r\r\n"},  // Lone CR and LF are text.
      {"a\n\n", "a\n\n\r\n", "a\n\n\r\n"},
      {"a\r\r\n", "a\r\r\n", "a\r\r\n"},
      {"a \rb", "a \rb\r\n", "a \rb\r\n"},
      {"\n\r\n", "\n\r\n", "\n\r\n"},
      {std::string("a\0 \0", 4), std::string("a\0 \0\r\n", 6), std::string("a\0 \0\r\n", 6)},
  }));
  CHECK(canonical_body(Canon::simple, {row.body}) == row.simple);
  CHECK(canonical_body(Canon::relaxed, {row.body}) == row.relaxed);
  CHECK(reference_body(Canon::simple, row.body) == row.simple);
  CHECK(reference_body(Canon::relaxed, row.body) == row.relaxed);
}

TEST_CASE("pieces cut anywhere give the same body", "[dkim][RFC 6376 §3.4]") {
  const std::string body = "\r\n a \t b \r\n\r\n \t\r\nc\rd\ne \r\r\n\tf\r\n\r\n \r\n\r\r\n\r";
  for (const Canon canon : {Canon::simple, Canon::relaxed}) {
    const std::string expected = reference_body(canon, body);
    for (std::size_t i = 0; i <= body.size(); ++i) {
      for (std::size_t k = i; k <= body.size(); ++k) {
        const std::string_view text = body;
        CHECK(canonical_body(canon, {text.substr(0, i), text.substr(i, k - i), text.substr(k)}) ==
              expected);
      }
    }
  }
}

TEST_CASE("random bodies in random pieces agree with the reference", "[dkim][RFC 6376 §3.4]") {
  std::mt19937 random(20110901);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 3000; ++round) {
    // Every other body is mostly text, so that runs longer than a vector occur.
    const std::string alphabet = round % 2 == 0 ? " \t\r\nab" : "abcdefghijklmnop\r ";
    std::string body;
    for (std::size_t size = below(300); body.size() < size;) {
      if (below(4) == 0) body += below(2) == 0 ? "\r\n" : " ";
      body += alphabet[below(alphabet.size())];
    }
    std::vector<std::string_view> pieces;
    for (std::string_view rest = body; !rest.empty();) {
      const std::size_t size = std::min(rest.size(), 1 + below(80));
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    for (const Canon canon : {Canon::simple, Canon::relaxed}) {
      if (canonical_body(canon, pieces) != reference_body(canon, body)) {
        CAPTURE(round, body);
        FAIL("differs");
      }
    }
  }
}

TEST_CASE("clean text ends at the first blank that may have to go", "[dkim][RFC 6376 §3.4.4]") {
  for (const std::size_t length : {0, 1, 15, 16, 17, 63, 64, 65, 200}) {
    const std::string text(length, 'x');
    CHECK(dkim::clean_length(text) == length);
    CHECK(dkim::clean_length(text + " y\r\n") == length + 4);
    CHECK(dkim::clean_length(text + " \ny \x01") == length + 5);
    for (const std::string blank : {"\t", "  ", " \t", " \r", " "}) {
      CHECK(dkim::clean_length(text + blank) == length);
      if (blank != " ") CHECK(dkim::clean_length(text + blank + std::string(70, 'y')) == length);
    }
  }
}

TEST_CASE("many empty lines cost no memory and come back when text follows", "[dkim][limits]") {
  std::string lines;
  for (int i = 0; i < 1001; ++i)
    lines += "\r\n";
  for (const Canon canon : {Canon::simple, Canon::relaxed}) {
    CHECK(canonical_body(canon, {lines, "x"}) == lines + "x\r\n");
    CHECK(canonical_body(canon, {"x", lines}) == "x\r\n");
  }
}
