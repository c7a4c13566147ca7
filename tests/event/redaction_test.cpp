#include "event/redaction.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "verify/crypto/digest.hpp"

namespace {

constexpr const char* key = "secret";

std::string hidden(std::string_view local_part) {
  return crypto::keyed_digest(key, local_part).substr(0, 16);
}

std::string shown(const std::string& name, const std::string& value) {
  mail::Headers headers;
  REQUIRE(headers.add({name, value}, 1 << 20));
  return event::redacted_headers(headers, key);
}

}  // namespace

TEST_CASE("all before the last at sign becomes digits", "[event][RFC 6590]") {
  struct Row {
    std::string text;
    std::string result;
  };
  const std::string john = hidden("john");
  const auto row = GENERATE_COPY(values<Row>({
      {"john@example.com", john + "@example.com"},
      {"JOHN@example.com", john + "@example.com"},
      {"@example.com", "@example.com"},
      {"\"jo hn\"@example.com", hidden("\"jo hn\"") + "@example.com"},
      {R"("jo\"hn"@example.com)", hidden(R"("jo\"hn")") + "@example.com"},
      {"a=b=example.net@example.com", hidden("a=b=example.net") + "@example.com"},
      {"@a.example,@b.example:john@c.example", hidden("@a.example,@b.example:john") + "@c.example"},
      {"\xC3\xBC@example.com", hidden("\xC3\xBC") + "@example.com"},
      {"john@[192.0.2.1]", john + "@[192.0.2.1]"},
      // No domain: nothing is shown.
      {"john", john},
      {"john%40example.com", hidden("john%40example.com")},
      {"x@john at example.com", hidden("x@john at example.com")},
      {"x@john%40example.com", hidden("x@john%40example.com")},
      {"john@", hidden("john@")},
      {"", ""},
  }));
  INFO(row.text);
  CHECK(event::redacted(row.text, key) == row.result);
}

TEST_CASE("another key gives other digits", "[event]") {
  CHECK(event::redacted("john@example.com", key) == event::redacted("john@example.com", key));
  CHECK(event::redacted("john@example.com", key) != event::redacted("john@example.com", "x"));
}

TEST_CASE("only fields that tell of authentication leave the house", "[event][RFC 9991 §7.1]") {
  for (const char* name : {"Received", "To", "Cc", "Bcc", "Subject", "X-John"})
    CHECK(shown(name, " <john@example.com>").empty());
  CHECK(shown("from", " John\r\n <john@example.com>") ==
        "from: <" + hidden("john") + "@example.com>\n");
  CHECK(shown("Message-ID", " <1@mail.example.com>") ==
        "Message-ID: <" + hidden("1") + "@mail.example.com>\n");
  CHECK(shown("List-Id", " The List <list.example.com>") == "List-Id: <list.example.com>\n");
  CHECK(shown("Date", " Fri, 1 May 2026\r\n 12:00:00 +0200 (CEST)") == "Date: (not shown)\n");
  CHECK(shown("Date", " Fri, 1 May 2026\r\n 12:00:00 +0200 (UTC)") ==
        "Date: Fri, 1 May 2026 12:00:00 +0200 (UTC)\n");
}

TEST_CASE("a signature is shown tag by tag", "[event][RFC 6376 §3.5]") {
  CHECK(shown("DKIM-Signature",
              " v=1; a=rsa-sha256; d=example.com;\r\n\ts=s1; i=John@example.com;"
              " h=from : to; b=YW\r\n Jj") ==
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; i=" + hidden("john") +
            "@example.com; h=from:to; b=YWJj\n");
  CHECK(shown("DKIM-Signature", " v=1; z=To:john=40example.com; x_john=1; b=x") ==
        "DKIM-Signature: v=1; b=x\n");
  CHECK(shown("DKIM-Signature", " v=1; s=john%40example.com; b=x") == "DKIM-Signature: v=1; b=x\n");
  CHECK(shown("DKIM-Signature",
              " v=1; d=a.example; h=from:john.doe; q=john.doe; x=john.doe; b=john.doe") ==
        "DKIM-Signature: v=1; d=a.example\n");
  CHECK(shown("DKIM-Signature", " not a tag list: john") == "DKIM-Signature: (not shown)\n");
}

TEST_CASE("no way of writing an address into a field shows its local part", "[event][RFC 6590]") {
  for (const char* text : {"john(x(y)z)@example.com",
                           "john (x\\)(y)) @example.com",
                           "john%40example.com <a@b.example>",
                           "john=40example.com <a@b.example>",
                           "\"john at example.com\" <a@b.example>",
                           "john(at)example.com <a@b.example>",
                           "<a@b.example> (john@example.com)",
                           "john&#64;example.com",
                           "=?utf-8?q?john=40example.com?= <a@b.example>",
                           "=?utf-8?b?am9obg==?=@example.com john",
                           "\"john\"@example.com",
                           "\"\\j\\o\\h\\n\"@x.example",
                           "<@a.example:john@example.com>",
                           "group: john@example.com;",
                           "john",
                           "john@",
                           "<john>",
                           "john.@example.com",
                           "<john at example.com>",
                           "<john=40example.com>",
                           "<john%40example.com>",
                           "list <john=40example.com>",
                           "john <list.example.com>"}) {
    for (const char* name : {"From", "Sender", "Reply-To", "Date", "Message-ID", "List-Id"}) {
      INFO(name << ": " << text);
      CHECK_FALSE(shown(name, text).contains("john"));
    }
  }
}

TEST_CASE("a long header section becomes a short one", "[event]") {
  mail::Headers many;
  for (int i = 0; i < 200; ++i)
    REQUIRE(many.add({"From", std::string(890, 'x') + "john.doe@example.com"}, 1 << 20));
  const std::string all = event::redacted_headers(many, key);
  CHECK(all.size() <= 50 * (900 + 7));
  CHECK_FALSE(all.contains("john"));
}
