#include "policy/decision.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

namespace {

using dmarc::Policy;
using mail::FromFault;
using policy::Action;
using policy::Decision;
using policy::Preset;
using policy::Rules;
using support::dkim_result;
using support::facts_of;
using support::spf_result;
using verify::Facts;

Decision decided(const Facts& about, const Rules& rules) {
  return policy::decide({about, {}, {}, {}, "0k3"}, rules);
}

std::string code(const Decision& decision) {
  if (decision.reply.code == 250) return decision.reply.enhanced_code + decision.reply.text;
  return std::to_string(decision.reply.code) + " " + decision.reply.enhanced_code;
}

// What the message is like.
Facts forged(Policy policy) { return facts_of(dmarc::Status::fail, policy); }  // Nothing passes.

Facts from_list(Policy policy) {
  Facts made = forged(policy);
  made.message.list_mail = true;
  return made;
}

Facts faulty(FromFault fault) {
  Facts made;
  made.from_fault = fault;
  return made;
}

Facts cut_off(std::optional<FromFault> fault) {
  Facts made;
  made.from_fault = fault;
  made.message.header_truncated = true;
  made.dmarc.status = dmarc::Status::permerror;
  return made;
}

Facts unknown_by(std::vector<spf::Result> spf_results, std::vector<dkim::Result> dkim_results) {
  Facts made = facts_of(dmarc::Status::temperror, Policy::reject);
  made.spf = std::move(spf_results);
  made.dkim = std::move(dkim_results);
  return made;
}

Facts unknown_record() {
  Facts made = unknown_by({}, {});
  made.dmarc.record.reset();
  return made;
}

Facts spf_only(spf::Status status, dmarc::Status dmarc_status = dmarc::Status::none) {
  Facts made = facts_of(dmarc_status);
  made.spf = {spf_result(status, "example.com")};
  return made;
}

// What the site wants.
Rules preset(Preset preset) {
  Rules rules;
  rules.site.preset = preset;
  return rules;
}
Rules on_from_fault(Preset of, Action action) {
  Rules rules = preset(of);
  rules.site.on_from_fault = action;
  return rules;
}
Rules on_temporary_error(Preset of, Action action) {
  Rules rules = preset(of);
  rules.site.on_temporary_error = action;
  return rules;
}
Rules on_spf_fail(Preset of, Action action) {
  Rules rules = preset(of);
  rules.site.on_spf_fail = action;
  return rules;
}

const Rules monitor = preset(Preset::monitor);
const Rules rfc9989 = preset(Preset::rfc9989);
const Rules strict = preset(Preset::strict);

const auto spf_unknown = spf_result(spf::Status::temperror, "example.com");
const auto key_unknown =
    dkim_result(dkim::Status::temperror, "example.com", dkim::Reason::key_unavailable);

struct Row {
  const char* what;
  Facts facts;
  Rules rules;
  Action action;
  Action would;
  const char* rule;
  const char* code;
};

void check(const Row& row) {
  INFO(row.what);
  const Decision decision = decided(row.facts, row.rules);
  CHECK(policy::name(decision.action) == policy::name(row.action));
  CHECK(policy::name(decision.would) == policy::name(row.would));
  CHECK(decision.rule == row.rule);
  CHECK(code(decision) == row.code);
  CHECK_FALSE(decision.why.empty());
}

constexpr Action accept = Action::accept;
constexpr Action tag = Action::tag;
constexpr Action quarantine = Action::quarantine;
constexpr Action defer = Action::defer;
constexpr Action reject = Action::reject;

}  // namespace

// clang-format off
TEST_CASE("DMARC verdicts under each preset", "[policy][RFC 9989 §7.4]") {
  const auto row = GENERATE(values<Row>({
      // message, rules: action, would, rule, reply
      {"p=reject",             forged(Policy::reject),        monitor, tag,        reject,     "dmarc-reject", ""},
      {"p=reject from a list", from_list(Policy::reject),     monitor, tag,        reject,     "dmarc-reject", ""},
      {"p=reject",             forged(Policy::reject),        rfc9989, reject,     reject,     "dmarc-reject", "550 5.7.1"},
      {"p=reject from a list", from_list(Policy::reject),     rfc9989, quarantine, quarantine, "dmarc-reject-uncorroborated", ""},
      {"p=reject",             forged(Policy::reject),        strict,  reject,     reject,     "dmarc-reject", "550 5.7.1"},
      {"p=reject from a list", from_list(Policy::reject),     strict,  reject,     reject,     "dmarc-reject", "550 5.7.1"},
      {"p=quarantine",         forged(Policy::quarantine),    monitor, tag,        quarantine, "dmarc-quarantine", ""},
      {"p=quarantine",         forged(Policy::quarantine),    rfc9989, quarantine, quarantine, "dmarc-quarantine", ""},
      {"p=quarantine",         forged(Policy::quarantine),    strict,  quarantine, quarantine, "dmarc-quarantine", ""},
      {"p=none",               forged(Policy::none),          monitor, accept,     accept,     "dmarc-none", ""},
      {"p=none",               forged(Policy::none),          rfc9989, accept,     accept,     "dmarc-none", ""},
      {"p=none",               forged(Policy::none),          strict,  accept,     accept,     "dmarc-none", ""},
      {"pass",                 facts_of(dmarc::Status::pass, Policy::reject), monitor, accept, accept, "dmarc-pass", ""},
      {"pass",                 facts_of(dmarc::Status::pass, Policy::reject), strict,  accept, accept, "dmarc-pass", ""},
      {"no record",            facts_of(dmarc::Status::none),    strict,  accept,     accept,     "no-dmarc", ""},
      {"a useless record",     facts_of(dmarc::Status::permerror), strict, accept,    accept,     "no-dmarc", ""},
  }));
  check(row);
}

TEST_CASE("a message without a single author", "[policy][RFC 9989 §11.5]") {
  const auto row = GENERATE(values<Row>({
      {"no From",         faulty(FromFault::missing),         rfc9989, reject, reject, "from-missing", "550 5.7.1"},
      {"two From fields", faulty(FromFault::repeated),        strict,  reject, reject, "from-repeated", "550 5.7.1"},
      {"unparsable",      faulty(FromFault::malformed),       rfc9989, reject, reject, "from-malformed", "550 5.7.1"},
      {"no address",      faulty(FromFault::no_domain),       rfc9989, reject, reject, "from-no-domain", "550 5.7.1"},
      {"two domains",     faulty(FromFault::several_domains), rfc9989, reject, reject, "from-several-domains", "550 5.7.1"},
      {"two From fields", faulty(FromFault::repeated),        monitor, tag,    reject, "from-repeated", ""},
      {"two domains",     faulty(FromFault::several_domains), monitor, tag,    reject, "from-several-domains", ""},
      {"quarantined",     faulty(FromFault::missing), on_from_fault(Preset::rfc9989, quarantine), quarantine, quarantine, "from-missing", ""},
      {"quarantined",     faulty(FromFault::missing), on_from_fault(Preset::monitor, quarantine), tag, quarantine, "from-missing", ""},
      {"tagged",          faulty(FromFault::missing), on_from_fault(Preset::strict, tag),         tag, tag, "from-missing", ""},
      {"let through",     faulty(FromFault::missing), on_from_fault(Preset::strict, accept),      accept, accept, "from-missing", ""},
      {"never deferred",  faulty(FromFault::missing), on_from_fault(Preset::strict, defer),       quarantine, quarantine, "from-missing", ""},
  }));
  check(row);
}

TEST_CASE("a header section past our limit is tagged and never rejected", "[policy]") {
  const auto row = GENERATE(values<Row>({
      {"nothing was checked",             cut_off({}),                  strict,  quarantine, quarantine, "header-too-large", ""},
      {"nothing was checked",             cut_off({}),                  monitor, tag,    quarantine, "header-too-large", ""},
      {"From may be in what was cut off", cut_off(FromFault::missing),  strict,  quarantine, quarantine, "header-too-large", ""},
      {"two From fields are two",         cut_off(FromFault::repeated), strict,  reject, reject, "from-repeated", "550 5.7.1"},
  }));
  check(row);
}

TEST_CASE("temporary errors are tagged or deferred, never rejected", "[policy][RFC 9989 §5.3.6]") {
  const Rules deferring = on_temporary_error(Preset::rfc9989, defer);
  const auto stranger = dkim_result(dkim::Status::temperror, "other.example");
  const auto row = GENERATE_COPY(values<Row>({
      {"by default",          unknown_by({spf_unknown}, {}),            strict,    tag,   tag,   "dmarc-temperror", ""},
      {"SPF alone",           unknown_by({spf_unknown}, {}),            deferring, defer, defer, "dmarc-temperror", "451 4.7.24"},
      {"a key alone",         unknown_by({}, {key_unknown}),            deferring, defer, defer, "dmarc-temperror", "451 4.7.5"},
      {"both",                unknown_by({spf_unknown}, {key_unknown}), deferring, defer, defer, "dmarc-temperror", "451 4.7.1"},
      {"SPF; strangers do not count", unknown_by({spf_unknown}, {stranger}), deferring, defer, defer, "dmarc-temperror", "451 4.7.24"},
      {"a tree walk",         unknown_by({}, {}),                       deferring, defer, defer, "dmarc-temperror", "451 4.7.1"},
      {"the record",          unknown_record(),                         deferring, defer, defer, "dmarc-temperror", "451 4.7.1"},
      {"monitoring",          unknown_by({spf_unknown}, {}), on_temporary_error(Preset::monitor, defer), tag, defer, "dmarc-temperror", ""},
      {"never reject",        unknown_by({spf_unknown}, {}), on_temporary_error(Preset::strict, reject), defer, defer, "dmarc-temperror", "451 4.7.24"},
      {"let through",         unknown_by({spf_unknown}, {}), on_temporary_error(Preset::strict, accept), accept, accept, "dmarc-temperror", ""},
  }));
  check(row);
}

TEST_CASE("SPF alone decides only where no DMARC is published", "[policy][RFC 9989 §7.1]") {
  const Rules refusing = on_spf_fail(Preset::rfc9989, reject);
  const auto row = GENERATE_COPY(values<Row>({
      {"not unless asked",   spf_only(spf::Status::fail),      strict,   accept, accept, "no-dmarc", ""},
      {"fail",               spf_only(spf::Status::fail),      refusing, reject, reject, "spf-fail", "550 5.7.23"},
      {"fail, useless DMARC", spf_only(spf::Status::fail, dmarc::Status::permerror), refusing, reject, reject, "spf-fail", "550 5.7.23"},
      {"softfail",           spf_only(spf::Status::softfail),  refusing, accept, accept, "no-dmarc", ""},
      {"temperror",          spf_only(spf::Status::temperror), refusing, accept, accept, "no-dmarc", ""},
      {"permerror",          spf_only(spf::Status::permerror), refusing, accept, accept, "no-dmarc", ""},
      {"fail, DMARC pass",   spf_only(spf::Status::fail, dmarc::Status::pass), refusing, accept, accept, "dmarc-pass", ""},
      {"fail, DMARC p=none", spf_only(spf::Status::fail, dmarc::Status::fail), refusing, accept, accept, "dmarc-none", ""},
      {"fail, DMARC unknown", spf_only(spf::Status::fail, dmarc::Status::temperror), refusing, tag, tag, "dmarc-temperror", ""},
      {"monitoring",         spf_only(spf::Status::fail), on_spf_fail(Preset::monitor, reject), tag, reject, "spf-fail", ""},
      {"quarantined",        spf_only(spf::Status::fail), on_spf_fail(Preset::strict, quarantine), quarantine, quarantine, "spf-fail", ""},
  }));
  check(row);
}
// clang-format on

TEST_CASE("a testing domain gets the milder policy and the reason says so",
          "[policy][RFC 9989 §4.7]") {
  Facts made = forged(Policy::reject);
  made.dmarc.record->testing = true;
  made.dmarc.policy = Policy::quarantine;
  const Decision decision = decided(made, strict);
  CHECK(decision.action == Action::quarantine);
  CHECK(decision.rule == "dmarc-quarantine");
  CHECK(decision.why.contains("p=reject of example.com, t=y: quarantine"));
}

TEST_CASE("every failure carries its corroboration, whatever is done", "[policy]") {
  for (const Rules* rules : {&monitor, &rfc9989, &strict}) {
    for (const Policy policy : {Policy::none, Policy::quarantine, Policy::reject}) {
      CHECK(decided(from_list(policy), *rules).corroboration ==
            std::vector<std::string>{"nothing-authenticated", "-list-mail"});
    }
  }
  CHECK(decided(facts_of(dmarc::Status::pass), strict).corroboration.empty());
}

TEST_CASE("the reply is the site's text with the site's code", "[policy][RFC 7372 §3.2]") {
  Rules rules = strict;
  CHECK(decided(forged(Policy::reject), rules).reply.text ==
        "Email rejected per DMARC policy for example.com (see 0k3)");
  rules.site.reject_code = "5.7.26";
  rules.site.reply_text = "DMARC {from_domain}: {reason}";
  const Decision decision = decided(forged(Policy::reject), rules);
  CHECK(decision.reply.enhanced_code == "5.7.26");
  CHECK(decision.reply.text == "DMARC example.com: " + decision.why);
}

TEST_CASE("mail of trusted clients is accepted by the rule that trusts them", "[policy]") {
  const Decision decision = policy::decide_trusted({true, "trusted-network"});
  CHECK(decision.action == Action::accept);
  CHECK(decision.would == Action::accept);
  CHECK(decision.rule == "trusted-network");
}

TEST_CASE("no temporary error anywhere can make a refusal", "[policy]") {
  for (const Preset of : {Preset::monitor, Preset::rfc9989, Preset::strict}) {
    Facts made = unknown_by({spf_unknown}, {key_unknown});
    made.iprev = iprev::Result{.status = iprev::Status::fail, .name = std::nullopt};
    CHECK(decided(made, preset(of)).action == Action::tag);
  }
}

TEST_CASE("actions and presets have names", "[policy]") {
  CHECK(policy::name(Action::accept) == "accept");
  CHECK(policy::name(Action::tag) == "tag");
  CHECK(policy::name(Action::quarantine) == "quarantine");
  CHECK(policy::name(Action::defer) == "defer");
  CHECK(policy::name(Action::reject) == "reject");
  CHECK(policy::name(Preset::monitor) == "monitor");
  CHECK(policy::name(Preset::rfc9989) == "rfc9989");
  CHECK(policy::name(Preset::strict) == "strict");
}
