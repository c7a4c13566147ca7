#include "verify/message_info.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <catch2/catch.hpp>

namespace {

verify::MessageInfo described(std::initializer_list<mail::HeaderField> fields,
                              std::string_view mail_from = "a@example.com",
                              std::string_view lot_key = "key") {
  mail::Headers headers;
  for (const mail::HeaderField& field : fields)
    REQUIRE(headers.add(field, 1 << 20));
  return verify::describe(headers, mail_from, true, lot_key);
}

base::Domain domain(std::string_view text) { return *base::Domain::parse(text); }

}  // namespace

TEST_CASE("only a clear no makes a message not automatic", "[verify][RFC 3834 §5]") {
  const auto automatic = [](std::string value) {
    return described({{"Auto-Submitted", std::move(value)}}).auto_submitted;
  };
  CHECK_FALSE(described({}).auto_submitted);
  CHECK_FALSE(automatic(" no"));
  CHECK_FALSE(automatic(" No ; x=y"));
  CHECK(automatic(" auto-replied"));
  CHECK(automatic(" auto-generated; x=\"no\""));
  CHECK(automatic(" nonsense"));
}

TEST_CASE("reports of other receivers are automatic, whatever they say",
          "[verify][RFC 9990 §3.5.1]") {
  const auto automatic = [](std::string name, std::string value) {
    return described({{std::move(name), std::move(value)}}).auto_submitted;
  };
  CHECK(automatic("Subject", " Report domain: example.org Submitter: google.com Report-ID: 123"));
  CHECK(automatic("Subject", " Report Domain: example.org\r\n Submitter: mx.example"));
  CHECK(automatic("Content-Type", " multipart/report; report-type=Feedback-Report; boundary=x"));
  CHECK_FALSE(automatic("Subject", " Re: Report Domain: example.org Submitter: mx.example"));
  CHECK_FALSE(automatic("Subject", " Report Domain: what is that?"));
  CHECK_FALSE(automatic("Content-Type", " multipart/mixed; boundary=x"));
}

TEST_CASE("a rewritten MAIL FROM is known by its local part", "[verify]") {
  const auto rewritten = [](std::string_view mail_from) {
    return described({}, mail_from).mail_from_rewritten;
  };
  CHECK(rewritten("SRS0=ab=cd=example.com=a@forwarder.example"));
  CHECK(rewritten("srs1+x@forwarder.example"));
  CHECK_FALSE(rewritten("SRS0"));
  CHECK_FALSE(rewritten("SRS2=a@forwarder.example"));
  CHECK_FALSE(rewritten("a@example.com"));
  CHECK_FALSE(rewritten(""));
}

TEST_CASE("Sender and Reply-To are told by their domains", "[verify]") {
  const verify::MessageInfo info = described({
      {"From", " Bob <b@example.org>"},
      {"Sender", " <bounce@Example.COM>"},
      {"Reply-To", " a@example.net, B <b@example.org>, c@example.net"},
  });
  CHECK(info.display_name == "Bob");
  CHECK(info.sender_domain == domain("example.com"));
  CHECK(info.reply_to_domains == std::vector{domain("example.net"), domain("example.org")});
  const verify::MessageInfo broken = described({{"Sender", " <<"}, {"Reply-To", " nobody"}});
  CHECK_FALSE(broken.sender_domain);
  CHECK(broken.reply_to_domains.empty());
}

TEST_CASE("a lot is equal at every retry and even over many messages", "[verify]") {
  const auto lot = [](const std::string& id, const std::string& from, const char* mail_from) {
    return described({{"Message-ID", id}, {"From", from}}, mail_from).lot;
  };
  CHECK(lot(" <1@a.example>", " A <a@a.example>", "x@a.example") ==
        lot("<1@a.example>", " A\r\n\t<a@a.example>", "x@a.example"));
  // 10,000 draws with nothing but a number that counts up: each lot gets about 100.
  std::array<int, 100> drawn{};
  for (int i = 0; i < 10'000; ++i) {
    const unsigned one = lot(" <" + std::to_string(i) + "@a.example>", " a@a.example", "");
    REQUIRE(one < drawn.size());
    ++drawn[one];
  }
  CHECK(std::ranges::min(drawn) > 60);
  CHECK(std::ranges::max(drawn) < 145);
  // A value of its own for each of the three.
  CHECK(lot(" <1>", " a", "b") != lot(" <1>", " b", "a"));
}

TEST_CASE("who does not know the key cannot choose his lot", "[verify]") {
  // Of messages that draw 99 with one key, about one in a hundred draws it with another.
  int drawn = 0;
  int again = 0;
  for (int i = 0; i < 20'000; ++i) {
    const mail::HeaderField id{"Message-ID", " <" + std::to_string(i) + "@a.example>"};
    if (described({id}, "", "guessed").lot != 99) continue;
    ++drawn;
    if (described({id}, "", "secret").lot == 99) ++again;
  }
  CHECK(drawn > 120);
  CHECK(again < 12);
}
