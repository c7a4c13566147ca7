#include "cli/story.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/sample_event.hpp"

namespace {

std::string story_of(const report::Event& event) {
  return cli::tell(event, report::rederive(event, {}, {}));
}

}  // namespace

TEST_CASE("the story says what was found, decided and advised", "[cli][story]") {
  const std::string story = story_of(support::sample_event());
  INFO(story);
  for (const char* part :
       {"Message 4XyZ, event 0mnzk3r1q3000abc1234\n  outcome       rejected (dmarc-reject)\n",
        "recipients    4, in example.net, example.org\n",
        "192.0.2.1, reverse name mail.example.net",
        "fail for example.com (mail_from), decided by -all", "fail, d=example.com s=s1",
        "body_hash_mismatch, 2048 bits", "example.com: v=DMARC1; p=reject", "com: no_data",
        "DKIM        example.com  fail    its domain would, but it did not pass",
        "p=reject of example.com", "nothing at all authenticates the message", "rejected",
        "dmarc-reject", "550 5.7.1 Email rejected", "What the sender should do",
        "does not match the body: something changed", "8 of 64 questions",
        "Derived again from the stored answers", "What was asked of the DNS for SPF"}) {
    CHECK(story.contains(part));
  }
}

TEST_CASE("a hostile event makes no line over 100 columns and nothing unprintable",
          "[cli][story]") {
  for (const report::Event& event : {support::sample_event(), support::monstrous_event()}) {
    std::istringstream story(story_of(event));
    for (std::string line; std::getline(story, line);) {
      INFO(line);
      const auto columns = std::ranges::count_if(
          line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
      CHECK(columns <= 100);
      CHECK(std::ranges::none_of(line, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; }));
    }
  }
}

TEST_CASE("mail of a trusted client has a short story", "[cli][story]") {
  report::Event event = support::sample_event();
  event.verified = false;
  event.facts = {};
  event.decision = policy::decide_trusted({true, "trusted-network"});
  const std::string story = story_of(event);
  CHECK(story.contains("trusted-network"));
  CHECK_FALSE(story.contains("DNS"));
}

TEST_CASE("questions are told by what they were for", "[cli][story]") {
  using cli::Purpose;
  const report::Event event = support::sample_event();
  const auto purpose = [&](const char* name, dns::Type type) {
    return cli::purpose_of({name, type}, event);
  };
  CHECK(purpose("1.2.0.192.in-addr.arpa", dns::Type::ptr) == Purpose::reverse);
  CHECK(purpose("mail.example.net", dns::Type::a) == Purpose::reverse);
  CHECK(purpose("_dmarc.example.com", dns::Type::txt) == Purpose::dmarc);
  CHECK(purpose("s1._domainkey.example.com", dns::Type::txt) == Purpose::dkim_key);
  CHECK(purpose("example.com", dns::Type::txt) == Purpose::spf);
  CHECK(purpose("mx.example.com", dns::Type::a) == Purpose::spf);
}

TEST_CASE("evidence is told in words, and unknown evidence as it is", "[cli][story]") {
  CHECK(cli::evidence_in_words("-list-mail") == "it looks like the mail of a mailing list");
  CHECK(cli::evidence_in_words("new\x1B") == "new\\x1B");
}
