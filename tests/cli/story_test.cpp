#include "cli/story.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/sample_event.hpp"

namespace {

std::string story_of(const event::Event& event) {
  return cli::story_of(event, event::rederive(event, {}, {}));
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
        "does not match the body: something changed", "8 of 92 questions",
        "Derived again from the stored answers", "What was asked of the DNS for SPF"}) {
    CHECK(story.contains(part));
  }
}

TEST_CASE("what can be forwarded tells nothing of recipients, relays, exceptions and tenants",
          "[cli][story]") {
  event::Event event = support::sample_event();
  event.connection.relay = base::IpAddress::parse("10.1.2.3");
  event.connection.user = "alice-the-user";
  event.decision.tenant = "tenant.example";
  event.decision.stricter = {{"strict.example", policy::Action::reject, "dmarc-reject"}};
  event.decision.why = "client 10.9.0.0/16";
  event.signals = {"lookalike:protected.example"};
  const std::string story = story_of(event);
  const std::string forwarded = story.substr(0, story.find("\nFor this site only"));
  INFO(story);
  for (const char* secret :
       {"10.1.2.3", "tenant.example", "strict.example", "10.9.0.0", "protected.example"}) {
    CHECK(story.contains(secret));
    CHECK_FALSE(forwarded.contains(secret));
  }
  CHECK_FALSE(forwarded.contains("recipients"));
  CHECK_FALSE(story.contains("alice-the-user"));
  for (const char* part : {"dmarc-reject", "550 5.7.1", "What the sender should do", "v=spf1"})
    CHECK(forwarded.contains(part));
}

TEST_CASE("alignment is told as it is", "[cli][story]") {
  event::Event event = support::sample_event();
  event.facts.spf.back().status = spf::Status::pass;
  event.facts.dmarc.status = dmarc::Status::none;
  event.facts.dmarc.policy_domain.reset();  // Nobody published a policy: nothing was compared.
  CHECK(story_of(event).contains("SPF         example.com  pass    yes"));
  event = support::sample_event();
  event.facts.dkim.front().domain = base::Domain::parse("mail.example.com");
  event.facts.dmarc.record = *dmarc::parse_record("v=DMARC1; p=reject; adkim=s");
  CHECK(story_of(event).contains("no: not that very name (strict)"));
}

TEST_CASE("without all answers nobody can tell whether the verdict is the same", "[cli][story]") {
  event::Event event = support::sample_event();
  std::erase_if(event.facts.dns,
                [](const dns::Lookup& lookup) { return lookup.question.name == "example.com"; });
  CHECK(story_of(event).contains("cannot be told: not all answers are remembered"));
}

TEST_CASE("a hostile event makes no line over 100 columns and nothing unprintable",
          "[cli][story]") {
  for (const event::Event& event : {support::sample_event(), support::monstrous_event()}) {
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
  event::Event event = support::sample_event();
  event.verified = false;
  event.facts = {};
  event.decision = policy::decide_trusted(
      {true, "trusted-network"}, {event.facts, event.connection, event.envelope, {}, event.id}, {});
  const std::string story = story_of(event);
  CHECK(story.contains("trusted-network"));
  CHECK_FALSE(story.contains("DNS"));
}

TEST_CASE("questions are told by what they were for", "[cli][story]") {
  using cli::Purpose;
  const event::Event event = support::sample_event();
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
  for (const char* name : {"protected-domain", "nothing-authenticated", "spf-fail", "no-fcrdns",
                           "-list-mail", "-arc-chain", "-other-signature", "-forwarder",
                           "-unchecked"}) {  // All that policy/corroboration.cpp notes.
    CHECK(cli::evidence_in_words(name) != name);
  }
  CHECK(cli::evidence_in_words("-list-mail") == "it looks like the mail of a mailing list");
  CHECK(cli::evidence_in_words("new\x1B") == "new\\x1B");
}
