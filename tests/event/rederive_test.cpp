#include "event/rederive.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "event/event_reader.hpp"
#include "tests/support/sample_event.hpp"

namespace {

bool differs(const std::vector<event::Difference>& differences, std::string_view what) {
  return std::ranges::any_of(differences,
                             [&](const event::Difference& one) { return one.what == what; });
}

}  // namespace

// That equal answers lead to equal verdicts is what every scenario tests (tests/scenarios).

TEST_CASE("another answer leads to another verdict, and that is told", "[event][rederive]") {
  event::Event event = support::sample_event();
  for (dns::Lookup& lookup : event.facts.dns) {
    if (lookup.question.name == "example.com") {
      lookup.answer.records = {std::string("v=spf1 ip4:192.0.2.1 -all")};
    }
  }
  const event::Rederivation again = event::rederive(event, {}, {});
  CHECK(again.facts.mail_from_spf()->status == spf::Status::pass);
  CHECK(again.facts.dmarc.status == dmarc::Status::pass);
  CHECK(differs(again.differences, "spf mail_from"));
  CHECK(differs(again.differences, "dmarc"));
  CHECK(differs(again.differences, "spf aligned"));
  CHECK_FALSE(differs(again.differences, "dkim aligned"));
  CHECK(differs(again.decision, "action"));
  CHECK(differs(again.decision, "rule"));
}

TEST_CASE("answers that are not remembered are missed", "[event][rederive]") {
  event::Event event = support::sample_event();
  event.facts.dns.clear();
  const event::Rederivation again = event::rederive(event, {}, {});
  const dns::Question record{"_dmarc.example.com", dns::Type::txt};
  CHECK(std::ranges::find(again.missing, record) != again.missing.end());
  CHECK(again.facts.dmarc.status == dmarc::Status::temperror);
  CHECK(differs(again.differences, "dmarc"));
}

TEST_CASE("DKIM and ARC stand as they are stored", "[event][rederive]") {
  const event::Event event = support::sample_event();
  const event::Rederivation again = event::rederive(event, {}, {});
  CHECK(again.facts.dkim == event.facts.dkim);
  CHECK(again.facts.arc == event.facts.arc);
}

TEST_CASE("without its client's address SPF stands as it is stored", "[event][rederive]") {
  event::Event event = support::sample_event();
  event.connection.client.reset();
  CHECK(event::rederive(event, {}, {}).facts.spf == event.facts.spf);
}

TEST_CASE("a message that was not verified can be trusted again, and else not be judged",
          "[event][rederive]") {
  event::Event event = support::sample_event();
  event.verified = false;
  event.facts = {};
  CHECK_FALSE(event::decide_again(event, {}));
  policy::Rules rules;
  rules.trust.networks = {*base::Network::parse("192.0.2.1")};
  const auto decision = event::decide_again(event, rules);
  REQUIRE(decision);
  CHECK(decision->rule == "trusted-network");
  CHECK(event::rederive(event, {}, {}).decision.empty());
}

TEST_CASE("where tenants decide, more recipients' domains than an event names cannot be judged",
          "[event][rederive]") {
  event::Event event = support::sample_event();
  for (int i = 0; i < 150; ++i)
    event.envelope.recipients.push_back("x@d" + std::to_string(1000 + i) + ".example");
  const auto read = event::from_line(event::to_line(event));
  REQUIRE(read);
  CHECK(event::decide_again(*read, {}));
  policy::Rules rules;
  rules.tenants = policy::Tenants({{"t", {"d1149.example"}, {}, {}}});
  CHECK_FALSE(event::decide_again(*read, rules));
}
