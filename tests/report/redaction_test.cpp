#include "report/redaction.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "report/digest.hpp"

namespace {

constexpr const char* key = "secret";

std::string hidden(std::string_view local_part) {
  return report::keyed_digest(key, local_part).substr(0, 16);
}

mail::Headers headers(std::initializer_list<mail::HeaderField> fields) {
  mail::Headers made;
  for (const mail::HeaderField& field : fields)
    REQUIRE(made.add(field, 1 << 20));
  return made;
}

}  // namespace

TEST_CASE("local parts are replaced, domains and words are not", "[report][RFC 6590]") {
  struct Row {
    std::string text;
    std::string result;
  };
  const std::string john = hidden("john");
  const auto row = GENERATE_COPY(values<Row>({
      {"john@example.com", john + "@example.com"},
      {"John <JOHN@example.com>, x", "John <" + john + "@example.com>, x"},
      {"john@example.com,john@example.net", john + "@example.com," + john + "@example.net"},
      {"i=john@example.com; s=x", "i=" + john + "@example.com; s=x"},
      {"i=@example.com; s=x", "i=@example.com; s=x"},
      {"\"john\"@example.com", hidden("\"john\"") + "@example.com"},
      {"x \"jo hn\"@example.com", "x " + hidden("\"jo hn\"") + "@example.com"},
      {R"("jo\"hn"@example.com)", hidden(R"("jo\"hn")") + "@example.com"},
      {R"(x "jo\\" "hn"@example.com)", R"(x "jo\\" )" + hidden(R"("hn")") + "@example.com"},
      {"john (his name)@example.com", hidden("john (his name)") + "@example.com"},
      {"<john (a) (b) @example.com>", "<" + hidden("john (a) (b) ") + "@example.com>"},
      {"<john\t@example.com>", "<" + hidden("john\t") + "@example.com>"},
      {"\xC3\xBC@example.com", hidden("\xC3\xBC") + "@example.com"},
      {"a=b=example.net@example.com", hidden("a=b=example.net") + "@example.com"},
      {"no address here", "no address here"},
      {"", ""},
      {"@", "@"},
      {"<@example.com>", "<@example.com>"},
      {"@@", "@@"},
  }));
  INFO(row.text);
  CHECK(report::redacted(row.text, key) == row.result);
}

TEST_CASE("another key gives other digits", "[report]") {
  CHECK(report::redacted("john@example.com", key) == report::redacted("john@example.com", key));
  CHECK(report::redacted("john@example.com", key) != report::redacted("john@example.com", "x"));
}

TEST_CASE("text made of nothing but marks becomes no more than digits", "[report]") {
  for (const char* piece : {"@", "\"@", "(@", ")@", "a@", " @", "()@", "\"", "a"}) {
    std::string text;
    while (text.size() < 30'000)
      text += piece;
    const std::string result = report::redacted(text, key);
    CHECK(result.size() <= 10'000);
    CHECK(result.contains('@') == text.contains('@'));
  }
}

TEST_CASE("an address that the end cuts in two is not shown", "[report]") {
  const std::string text = std::string(90, ' ') + "john.doe@example.com";
  for (std::size_t octets = 80; octets < text.size(); ++octets) {
    const std::string shown = report::redacted(text, key, octets);
    CHECK(shown.size() == std::min(octets, std::size_t{90 + 16 + 12}));
    CHECK_FALSE(shown.contains("j"));
  }
}

TEST_CASE("only fields that tell of authentication leave the house", "[report][RFC 9991 §7.1]") {
  const std::string shown =
      report::redacted_headers(headers({{"Received", " from x by mx for <bob@example.org>; now"},
                                        {"To", " bob@example.org"},
                                        {"Cc", " carol@example.org"},
                                        {"Subject", " private"},
                                        {"from", " John\r\n <john@example.com>"},
                                        {"DKIM-Signature", " v=1; i=@example.com; b=x"},
                                        {"DKIM-Signature", " v=1; z=To:bob=40example.org; b=x"},
                                        {"DKIM-Signature", " not a tag list: bob=40example.org"},
                                        {"Message-ID", " <1@mail.example.com>"},
                                        {"Date", " today\x01\xFF"}}),
                               key);
  CHECK(shown == "from: John <" + hidden("john") +
                     "@example.com>\n"
                     "DKIM-Signature: v=1; i=@example.com; b=x\n"
                     "Message-ID: <" +
                     hidden("1") +
                     "@mail.example.com>\n"
                     "Date: today??\n");
}

TEST_CASE("encoded words are not shown, as they may hold addresses", "[report][RFC 2047 §2]") {
  const std::string shown = report::redacted_headers(
      headers({{"From", " =?utf-8?q?john=40example.com?= =?x <a@example.com>, =?b?b?am9obg==?="},
               {"Reply-To", " x=?y"}}),
      key);
  CHECK(shown == "From: ? ? <" + hidden("a") + "@example.com>, ?\nReply-To: x?\n");
}

TEST_CASE("a long header section becomes a short one", "[report]") {
  mail::Headers many;
  for (int i = 0; i < 200; ++i)
    REQUIRE(many.add({"From", std::string(890, 'x') + "john.doe@example.com"}, 1 << 20));
  const std::string shown = report::redacted_headers(many, key);
  CHECK(shown.size() <= 50 * (900 + 7));
  CHECK_FALSE(shown.contains("john"));
}
