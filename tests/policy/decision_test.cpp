#include "policy/decision.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/policy/policy_cases.hpp"

namespace {

using dmarc::Policy;
using policy::Action;
using policy::Decision;
using policy::Preset;
using policy::Rules;
using policy_table::faulty;
using policy_table::forged;
using policy_table::Letter;
using policy_table::Row;
using policy_table::Topic;

Decision decided(const Letter& letter, const Rules& rules) {
  return policy_table::decide({letter, {"", rules}, Action::accept, "", ""});
}

Rules preset(Preset of) { return policy_table::preset(of).rules; }

// The start of `text` that ends where a word does.
bool begins_with(const std::string& text, const std::string& start) {
  if (start.empty()) return text.empty();
  return text.starts_with(start) && (text.size() == start.size() || text[start.size()] == ' ');
}

}  // namespace

TEST_CASE("every row of docs/policy.md is what decide() does", "[policy][RFC 9989 §7.4]") {
  for (const Topic& topic : policy_table::topics()) {
    for (const Row& row : topic.rows) {
      INFO(topic.title << ": " << row.letter.is << " | " << row.site.wants);
      const Decision decision = policy_table::decide(row);
      CHECK(name(decision.action) == name(row.outcome.action));
      CHECK(name(decision.would) == name(row.outcome.would));
      CHECK(decision.rule == row.rule);
      CAPTURE(policy_table::reply_of(decision));
      CHECK(begins_with(policy_table::reply_of(decision), row.reply));
      CHECK(decision.tenant == row.tenant);
      CHECK(policy_table::stricter_of(decision) == row.stricter);
      if (topic.point == policy_table::Point::evidence) {
        CHECK(policy_table::evidence_of(decision) == row.evidence);
      }
      CHECK_FALSE(decision.why.empty());
    }
  }
}

TEST_CASE("what nobody can configure is no harsher than what can be", "[policy]") {
  Rules rules = preset(Preset::strict);
  rules.site.on_from_fault = Action::defer;
  CHECK(decided(faulty(mail::FromFault::missing), rules).action == Action::quarantine);
  rules.site.stage = {Action::accept, 0};
  CHECK(decided(forged(), rules).action == Action::accept);
}

TEST_CASE("a testing domain gets the milder policy and the reason says so",
          "[policy][RFC 9989 §4.7]") {
  Letter letter = forged(Policy::reject);
  letter.facts.dmarc.record->testing = true;
  letter.facts.dmarc.policy = Policy::quarantine;
  const Decision decision = decided(letter, preset(Preset::strict));
  CHECK(decision.action == Action::quarantine);
  CHECK(decision.rule == "dmarc-quarantine");
  CHECK(decision.why.contains("p=reject of example.com, t=y: quarantine"));
}

TEST_CASE("every failure carries its corroboration, whatever is done", "[policy]") {
  for (const Preset of : {Preset::monitor, Preset::rfc9989, Preset::strict}) {
    for (const Policy policy : {Policy::none, Policy::quarantine, Policy::reject}) {
      const Letter letter =
          with_signature(list_mail(forged(policy)), dkim::Status::pass, "list.example");
      CHECK(decided(letter, preset(of)).corroboration ==
            std::vector<std::string>{"-list-mail", "-other-signature"});
    }
  }
  CHECK(decided(policy_table::genuine(), preset(Preset::strict)).corroboration.empty());
}

TEST_CASE("a protected domain is evidence of its own", "[policy][RFC 9989 §7.4]") {
  const Rules rules = protecting(policy_table::preset(Preset::rfc9989), "example.com").rules;
  CHECK(decided(policy_table::unpublished(), rules).corroboration ==
        std::vector<std::string>{"protected-domain", "nothing-authenticated"});
  CHECK(decided(policy_table::genuine(), rules).corroboration.empty());
  CHECK(decided(cut_off(policy_table::unpublished()), rules).corroboration.empty());
}

TEST_CASE("exceptions, overrides and sealers are named in the reason", "[policy]") {
  using namespace policy_table;
  const Site strict = policy_table::preset(Preset::strict);
  const auto why = [](const Letter& letter, const Site& site) {
    return decided(letter, site.rules).why;
  };
  CHECK(why(by_user(forged(), "scanner"), protecting(strict, "example.com")) ==
        "example.com is protected, exception user scanner; spf=none, dkim=none");
  CHECK(why(undecided(), protecting(strict, "example.com")) ==
        "example.com is protected; temporary error: spf=none, dkim=none");
  CHECK(why(forged(),
            overriding(strict, and_from(client("192.0.2.0/24"), "example.com"), Action::accept)) ==
        "client 192.0.2.0/24, from example.com; spf=none, dkim=none");
  CHECK(why(sealed(forged(), {"b.example", "a.example"}),
            trusting_sealers(strict, {"a.example", "b.example"})) ==
        "a.example saw dmarc=pass; p=reject of example.com; no aligned pass: spf=none, dkim=none");
}

TEST_CASE("what a degraded DNS or a long wait changed is in the reason", "[policy]") {
  using namespace policy_table;
  const Site strict = policy_table::preset(Preset::strict);
  CHECK(decided(while_degraded(forged()), strict.rules)
            .why.starts_with("DNS is degraded; else reject by dmarc-reject: p=reject of"));
  CHECK(decided(after_long_deferral(undecided()), strict.rules)
            .why.starts_with("deferred for too long; "));
}

TEST_CASE("mail of trusted clients is accepted by the rule that trusts them", "[policy]") {
  const policy_table::Letter letter{};
  policy::Message message{letter.facts, letter.connection, letter.envelope, {}, "0k3"};
  message.circumstances.own_fields = {20'000, 20'000};  // Of a network of ours: they stay.
  const Decision decision = policy::decide_trusted({true, "trusted-network"}, message, {});
  CHECK(decision.action == Action::accept);
  CHECK(decision.would == Action::accept);
  CHECK(decision.rule == "trusted-network");
}

TEST_CASE("a user who forges more fields of ours than can be removed is refused, in monitor seen",
          "[policy][RFC 8601 §5]") {
  policy_table::Letter letter{};
  letter.connection.authenticated = true;
  policy::Message message{letter.facts, letter.connection, letter.envelope, {}, "0k3"};
  const policy::TrustVerdict trusted{true, "trusted-authenticated"};
  message.circumstances.own_fields = {policy::own_fields_max, policy::fields_above_max};
  CHECK(policy::decide_trusted(trusted, message, {}).rule == "trusted-authenticated");
  for (const policy::OwnFieldCount count :
       {policy::OwnFieldCount{policy::own_fields_max + 1, 200},
        policy::OwnFieldCount{1, policy::fields_above_max + 1}}) {
    message.circumstances.own_fields = count;
    policy::Rules rules;
    const Decision decision = policy::decide_trusted(trusted, message, rules);
    CHECK(decision.action == Action::reject);
    CHECK(decision.rule == "own-fields-too-many");
    rules.site.preset = Preset::monitor;
    const Decision seen = policy::decide_trusted(trusted, message, rules);
    CHECK(seen.action == Action::tag);
    CHECK(seen.would == Action::reject);
  }
}

TEST_CASE("a tenant's rules give what they would give as the site's", "[policy]") {
  for (const Topic& topic : policy_table::topics()) {
    for (const Row& row : topic.rows) {
      if (!row.site.rules.tenants.empty()) continue;
      INFO(topic.title << ": " << row.letter.is << " | " << row.site.wants);
      Row moved = row;
      moved.letter = to(row.letter, {"bob@tenant.example"});
      policy::Tenant tenant{"theirs", {"tenant.example"}, row.site.rules.site, {}};
      moved.site.rules.site = {};
      moved.site.rules.tenants = policy::Tenants({tenant});
      Decision expected = policy_table::decide(row);
      expected.tenant = "theirs";
      CHECK(policy_table::decide(moved) == expected);
    }
  }
}
