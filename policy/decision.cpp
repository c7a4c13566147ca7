#include "policy/decision.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "policy/corroboration.hpp"
#include "policy/why.hpp"

namespace policy {

namespace {

// All a rule may look at.
struct Case {
  const verify::Facts& facts;
  const verify::Envelope& envelope;
  const Stance& stance;
  std::string_view event_id;
};

using Verdict = std::optional<Decision>;

// What a rule wants done. The preset has the last word: monitor delivers everything.
Decision decided(const Case& message, Action wanted, std::string rule, std::string why) {
  Decision decision;
  const bool held_back = message.stance.preset == Preset::monitor && wanted > Action::tag;
  decision.action = held_back ? Action::tag : wanted;
  decision.would = wanted;
  decision.rule = std::move(rule);
  decision.why = std::move(why);
  return decision;
}

// Only a temporary error can be gone when the sender comes again.
Action without_defer(Action wanted) {
  return wanted == Action::defer ? Action::quarantine : wanted;
}

bool is_refusal(const Decision& decision) { return decision.action >= Action::defer; }

ReplyFields reply_fields(const Case& message, const Decision& decision) {
  const auto& author = message.facts.dmarc.author;
  return {.from_domain = author ? std::string_view(author->text()) : std::string_view(),
          .event_id = message.event_id,
          .reason = decision.why};
}

std::string rule_name(mail::FromFault fault) {
  std::string name = "from-" + std::string(mail::name(fault));
  std::ranges::replace(name, '_', '-');
  return name;
}

// RFC 9989 §11.5: without one author there is nothing DMARC could be about, and what a reader
// would be shown is anybody's guess.
Verdict judge_from(const Case& message) {
  const std::optional<mail::FromFault>& fault = message.facts.from_fault;
  if (!fault) return std::nullopt;
  // The field may be among those that our own limit cut off.
  const bool cut_off = message.facts.message.header_truncated;
  if (cut_off && *fault == mail::FromFault::missing) return std::nullopt;
  Decision decision = decided(message, without_defer(message.stance.on_from_fault),
                              rule_name(*fault), why_from_faulty(*fault));
  if (is_refusal(decision)) decision.reply = from_refusal(*fault, reply_fields(message, decision));
  return decision;
}

// A limit of ours is no fault of the sender's: never a reason to reject. But delivered untouched it
// would be a way around every policy (docs/decisions/0005).
Verdict judge_size(const Case& message) {
  if (!message.facts.message.header_truncated) return std::nullopt;
  return decided(message, Action::quarantine, "header-too-large",
                 "the header section passes the limit: nothing was checked");
}

// RFC 9989 §7.4: "MUST NOT reject solely because of p=reject", and without other knowledge
// "MUST be treated as quarantine". Preset strict departs from it because the site asked for that;
// monitor reports what the domain asked for.
Decision judge_reject(const Case& message, bool corroborated, std::string why) {
  if (message.stance.preset == Preset::rfc9989 && !corroborated) {
    return decided(message, Action::quarantine, "dmarc-reject-uncorroborated", std::move(why));
  }
  Decision decision = decided(message, Action::reject, "dmarc-reject", std::move(why));
  if (is_refusal(decision)) {
    decision.reply = dmarc_refusal(message.stance.reject_code, message.stance.reply_text,
                                   reply_fields(message, decision));
  }
  return decision;
}

Verdict judge_dmarc(const Case& message) {
  const verify::Facts& facts = message.facts;
  if (facts.dmarc.status == dmarc::Status::pass) {
    return decided(message, Action::accept, "dmarc-pass", why_dmarc_passed(facts));
  }
  if (facts.dmarc.status != dmarc::Status::fail) return std::nullopt;
  Corroboration found = corroborate(facts, message.envelope);
  std::string why = why_dmarc_failed(facts, found.evidence);
  Decision decision;
  switch (facts.dmarc.policy) {  // After t=y lowered it.
    case dmarc::Policy::none:    // RFC 9989 §5.4: handling is not to change.
      decision = decided(message, Action::accept, "dmarc-none", std::move(why));
      break;
    case dmarc::Policy::quarantine:
      decision = decided(message, Action::quarantine, "dmarc-quarantine", std::move(why));
      break;
    case dmarc::Policy::reject:
      decision = judge_reject(message, found.sufficient, std::move(why));
      break;
  }
  decision.corroboration = std::move(found.evidence);
  return decision;
}

// Which check alone is to blame; only identifiers that could have aligned count.
Doubt doubt_of(const verify::Facts& facts) {
  if (!facts.dmarc.record || !facts.dmarc.organization) return Doubt::dmarc;
  const auto could_align = [&](const std::optional<base::Domain>& domain) {
    return domain && domain->is_within(*facts.dmarc.organization);
  };
  const spf::Result* spf = facts.mail_from_spf();
  const bool by_spf =
      spf != nullptr && spf->status == spf::Status::temperror && could_align(spf->domain);
  const bool by_dkim = std::ranges::any_of(facts.dkim, [&](const dkim::Result& result) {
    return result.status == dkim::Status::temperror && could_align(result.domain);
  });
  if (by_spf == by_dkim) return Doubt::dmarc;
  return by_spf ? Doubt::spf : Doubt::dkim;
}

// RFC 9989 §4.10.1, §5.3.6: neither pass nor fail; deliver, or ask to come again. Never reject.
Verdict judge_temporary_error(const Case& message) {
  if (message.facts.dmarc.status != dmarc::Status::temperror) return std::nullopt;
  const Action wanted = std::min(message.stance.on_temporary_error, Action::defer);
  Decision decision = decided(message, wanted, "dmarc-temperror", why_dmarc_unknown(message.facts));
  if (is_refusal(decision)) {
    decision.reply = deferral(doubt_of(message.facts), reply_fields(message, decision));
  }
  return decision;
}

// RFC 7208 §8.4: SPF alone is the site's own business, and only where DMARC has nothing to say
// (RFC 9989 §7.1).
Verdict judge_spf(const Case& message) {
  const spf::Result* spf = message.facts.mail_from_spf();
  if (message.stance.on_spf_fail == Action::accept) return std::nullopt;
  if (spf == nullptr || spf->status != spf::Status::fail) return std::nullopt;
  Decision decision = decided(message, without_defer(message.stance.on_spf_fail), "spf-fail",
                              why_no_dmarc(message.facts));
  if (is_refusal(decision)) {
    decision.reply = spf_refusal(spf->domain ? std::string_view(spf->domain->text()) : "",
                                 reply_fields(message, decision));
  }
  return decision;
}

Verdict judge_rest(const Case& message) {
  return decided(message, Action::accept, "no-dmarc", why_no_dmarc(message.facts));
}

}  // namespace

Decision decide(const Message& given, const Rules& rules) {
  using Rule = Verdict (*)(const Case&);
  static constexpr Rule in_order[] = {
      judge_from, judge_size, judge_dmarc, judge_temporary_error, judge_spf, judge_rest,
  };
  const Case message{given.facts, given.envelope, rules.site, given.event_id};
  for (const Rule rule : in_order) {
    if (Verdict verdict = rule(message)) return *std::move(verdict);
  }
  return {};
}

Decision decide_trusted(const TrustVerdict& verdict) {
  Decision decision;
  decision.rule = verdict.rule;
  decision.why = "mail of this client is not verified";
  return decision;
}

}  // namespace policy
