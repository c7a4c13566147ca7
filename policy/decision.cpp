#include "policy/decision.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "policy/corroboration.hpp"
#include "policy/doubt.hpp"
#include "policy/mixed.hpp"
#include "policy/stages.hpp"
#include "policy/why.hpp"

namespace policy {

namespace {

// What is the same for every tenant.
struct Findings {
  ClaimVerdict claim;
  Corroboration corroboration;
};

// All a rule may look at.
struct Case {
  const Message& message;
  const verify::Facts& facts;  // The message's.
  const Rules& rules;
  const Findings& found;
  const Stance& stance;
  const Tenant* tenant;  // Null: the site.
};

// What a rule asks for, before anything holds it back.
struct Wish {
  Action action = Action::accept;
  std::string rule;
  std::string why;
  Reply (*refusal)(const Case&, const ReplyFields&) = nullptr;  // Null only if never a reject.
  bool rests_on_dns = true;
  bool for_own_name = false;  // By a protected domain: no doubt delivers, no override holds back.
};

using Verdict = std::optional<Wish>;

// Only a temporary error can be gone when the sender comes again.
Action without_defer(Action wanted) {
  return wanted == Action::defer ? Action::quarantine : wanted;
}

std::string rule_name(mail::FromFault fault) {
  std::string name = "from-" + std::string(mail::name(fault));
  std::ranges::replace(name, '_', '-');
  return name;
}

Reply refuse_from(const Case& message, const ReplyFields& fields) {
  return from_refusal(*message.facts.from_fault, fields);
}

Reply refuse_by_dmarc(const Case& message, const ReplyFields& fields) {
  return dmarc_refusal(message.stance.reject_code, message.stance.reply_text, fields);
}

Reply refuse_locally(const Case&, const ReplyFields& fields) { return local_refusal(fields); }

Reply refuse_by_spf(const Case& message, const ReplyFields& fields) {
  const auto& domain = message.facts.mail_from_spf()->domain;
  return spf_refusal(domain ? std::string_view(domain->text()) : "", fields);
}

Reply refuse_own_fields(const Case&, const ReplyFields& fields) {
  return own_fields_refusal(fields);
}

// What cannot be removed must not be delivered where a reader believes it: forged results in our
// name (RFC 8601 §5). No honest message has so many of them (docs/decisions/0015).
Verdict judge_own_fields(const Case& message) {
  const OwnFieldCount& count = message.message.circumstances.own_fields;
  if (!too_many(count)) return std::nullopt;
  return Wish{Action::reject, "own-fields-too-many", why_own_fields(count), refuse_own_fields,
              false};
}

// RFC 9989 §11.5: without one author there is nothing DMARC could be about, and what a reader
// would be shown is anybody's guess.
Verdict judge_from(const Case& message) {
  const std::optional<mail::FromFault>& fault = message.facts.from_fault;
  if (!fault) return std::nullopt;
  // The field may be among those that our own limit cut off.
  const bool cut_off = message.facts.message.header_truncated;
  if (cut_off && *fault == mail::FromFault::missing) return std::nullopt;
  // A bounce that shows no domain forges none: never refused, as nobody would be told.
  const bool bounce =
      *fault == mail::FromFault::no_domain && message.message.envelope.mail_from.empty();
  const Action wanted = without_defer(message.stance.on_from_fault);
  return Wish{bounce ? std::min(wanted, Action::quarantine) : wanted, rule_name(*fault),
              why_from_faulty(*fault), refuse_from, false};
}

// A limit of ours is no fault of the sender's: never a reason to reject. But delivered untouched it
// would be a way around every policy (docs/decisions/0005).
Verdict judge_size(const Case& message) {
  if (!message.facts.message.header_truncated) return std::nullopt;
  return Wish{Action::quarantine, "header-too-large",
              "the header section passes the limit: nothing was checked", nullptr, false};
}

// RFC 9989 §4.10.1, §5.3.6: neither pass nor fail. Never a refusal, and no way in either.
Wish judge_doubt(const Case& message, Stakes stakes, std::string rule, std::string why) {
  const Weighed weighed = weigh(message.stance.on_temporary_error, stakes);
  Wish wish{weighed.now, std::move(rule),
            why_in_doubt(std::move(why), message.message.circumstances.vouched_before)};
  wish.for_own_name = stakes == Stakes::own_name;
  if (weighed.now != Action::defer) return wish;
  if (message.message.circumstances.deferred_too_long) {
    wish.action = weighed.at_end;
    wish.why = why_no_more_deferred(wish.why);
  } else if (waits_in_vain(message.facts, message.message.connection)) {
    wish.action = weighed.at_end;
  }
  return wish;
}

// Nor is the limit at which an MTA cuts a field before it hands it to a filter: the author's own
// signature covers such a field, and nobody can tell any more whether it held.
bool is_cut_short(const verify::Facts& facts) {
  const auto& organization = facts.dmarc.organization;
  return organization && std::ranges::any_of(facts.dkim, [&](const dkim::Result& result) {
           return result.reason == dkim::Reason::cut_field && result.domain &&
                  result.domain->is_within(*organization);
         });
}

Wish quarantine_cut_short(std::string why) {
  return {Action::quarantine, "header-field-cut", std::move(why)};
}

// RFC 9989 §7.4: that the domain is our own to protect is the other knowledge a refusal needs. Mail
// that went through a list or a forwarder may be genuine all the same.
Verdict judge_protected(const Case& message) {
  const ClaimVerdict& verdict = message.found.claim;
  const Corroboration& corroboration = message.found.corroboration;
  if (verdict.claim == Claim::none || verdict.claim == Claim::proven) return std::nullopt;
  std::string why = why_protected(verdict, message.facts, corroboration.evidence);
  if (verdict.claim == Claim::excepted) {
    return Wish{Action::accept, "protected-exception", std::move(why), nullptr, true, true};
  }
  if (verdict.claim == Claim::unknown) {
    return judge_doubt(message, Stakes::own_name, "protected-temperror", std::move(why));
  }
  Wish refusal{Action::reject, "protected-domain", std::move(why), refuse_by_dmarc};
  refusal.for_own_name = true;
  if (corroboration.sufficient || message.stance.preset == Preset::strict) {
    if (!is_cut_short(message.facts)) return refusal;
    Wish cut_short = quarantine_cut_short(std::move(refusal.why));
    cut_short.for_own_name = true;
    return cut_short;
  }
  if (corroboration.in_doubt) {
    return judge_doubt(message, Stakes::own_name, "protected-temperror", std::move(refusal.why));
  }
  return Wish{Action::quarantine, "protected-domain-indirect", std::move(refusal.why), nullptr,
              true, true};
}

// The tenant's own come first.
Overrides::Found find_override(const Case& message,
                               Overrides::Doubtful doubtful = Overrides::Doubtful::release) {
  const verify::Connection& connection = message.message.connection;
  const auto find = [&](const Overrides& overrides) {
    return overrides.find(message.facts, connection, doubtful);
  };
  Overrides::Found found;
  if (message.tenant != nullptr) found = find(message.tenant->overrides);
  if (found.override_ == nullptr) found = find(message.rules.overrides);
  return found;
}

// One that lets mail through has nothing to say where DMARC passes.
Verdict judge_overrides(const Case& message) {
  const auto [found, certainty] = find_override(message);
  if (certainty != Certainty::yes) return std::nullopt;
  const bool passes = message.facts.dmarc.status == dmarc::Status::pass;
  if (passes && found->action <= Action::tag) return std::nullopt;
  const Match& match = found->match;
  return Wish{without_defer(found->action), rule_of(*found), why_overridden(match, message.facts),
              refuse_locally, match.dkim || match.arc_sealer || match.forwarder};
}

// A temporary error that hides what would let the message through is no reason to hold it back.
Wish unless_in_doubt(const Case& message, Wish wish) {
  const auto [found, certainty] = find_override(message);
  if (certainty == Certainty::in_doubt) {
    return judge_doubt(message, Stakes::delivery, "override-temperror",
                       why_overridden(found->match, message.facts));
  }
  if (trusted_seal(message.facts, message.rules.arc_sealers) == Certainty::in_doubt) {
    return judge_doubt(message, Stakes::delivery, "arc-sealer-temperror",
                       why_sealed(message.facts));
  }
  return wish;
}

// Nor does one that hides what would hold the message back let it through.
Wish unless_restrained(const Case& message, Wish wish) {
  if (wish.action > Action::tag || wish.for_own_name) return wish;
  const auto [found, certainty] = find_override(message, Overrides::Doubtful::restraint);
  if (certainty != Certainty::in_doubt) return wish;
  return judge_doubt(message, Stakes::delivery, "override-temperror",
                     why_overridden(found->match, message.facts));
}

// RFC 8617 §7.2.1: what a sealer saw counts as far as the site believes it.
Verdict judge_seal(const Case& message) {
  if (message.facts.dmarc.status != dmarc::Status::fail) return std::nullopt;
  if (trusted_seal(message.facts, message.rules.arc_sealers) != Certainty::yes) return {};
  return Wish{Action::accept, "arc-sealer", why_sealed(message.facts)};
}

// RFC 9989 §7.4: "MUST NOT reject solely because of p=reject", and without other knowledge
// "MUST be treated as quarantine". Preset strict departs from it because the site asked for that;
// monitor reports what the domain asked for.
Verdict judge_dmarc(const Case& message) {
  const verify::Facts& facts = message.facts;
  if (facts.dmarc.status == dmarc::Status::pass) {
    return Wish{Action::accept, "dmarc-pass", why_dmarc_passed(facts)};
  }
  if (facts.dmarc.status != dmarc::Status::fail) return std::nullopt;
  const Corroboration& found = message.found.corroboration;
  std::string why = why_dmarc_failed(facts, found.evidence);
  switch (facts.dmarc.policy) {  // After t=y lowered it.
    case dmarc::Policy::none:    // RFC 9989 §5.4: handling is not to change.
      return Wish{Action::accept, "dmarc-none", std::move(why)};
    case dmarc::Policy::quarantine:
      return unless_in_doubt(message, {Action::quarantine, "dmarc-quarantine", std::move(why)});
    case dmarc::Policy::reject:
      break;
  }
  if (message.stance.preset == Preset::rfc9989 && found.in_doubt) {
    return unless_in_doubt(message, judge_doubt(message, Stakes::quarantine,
                                                "corroboration-temperror", std::move(why)));
  }
  if (message.stance.preset == Preset::rfc9989 && !found.sufficient) {
    return unless_in_doubt(message,
                           {Action::quarantine, "dmarc-reject-uncorroborated", std::move(why)});
  }
  if (is_cut_short(facts)) return unless_in_doubt(message, quarantine_cut_short(std::move(why)));
  return unless_in_doubt(message,
                         {Action::reject, "dmarc-reject", std::move(why), refuse_by_dmarc});
}

Verdict judge_temporary_error(const Case& message) {
  const verify::Facts& facts = message.facts;
  if (facts.dmarc.status != dmarc::Status::temperror) return std::nullopt;
  if (vouched_for_by_itself(facts)) {
    return Wish{Action::tag, "dmarc-temperror", why_dmarc_unknown(facts)};
  }
  const bool held = may_be_enforced(facts.dmarc);
  return judge_doubt(message, held ? Stakes::delivery : Stakes::nothing, "dmarc-temperror",
                     why_dmarc_unknown(facts));
}

// RFC 7208 §8.4: SPF alone is the site's own business, and only where DMARC has nothing to say
// (RFC 9989 §7.1).
Verdict judge_spf(const Case& message) {
  const spf::Result* spf = message.facts.mail_from_spf();
  if (message.stance.on_spf_fail == Action::accept) return std::nullopt;
  if (spf == nullptr) return std::nullopt;
  if (spf->status == spf::Status::temperror) {
    return judge_doubt(message, Stakes::delivery, "spf-temperror", why_no_dmarc(message.facts));
  }
  if (spf->status != spf::Status::fail) return std::nullopt;
  return unless_in_doubt(message, {without_defer(message.stance.on_spf_fail), "spf-fail",
                                   why_no_dmarc(message.facts), refuse_by_spf});
}

Wish judge_rest(const Case& message) {
  return {Action::accept, "no-dmarc", why_no_dmarc(message.facts)};
}

Reply reply_to(const Case& message, const Wish& wish, const Decision& decision) {
  const base::Domain* author = message.facts.from_domain();
  const auto& client = message.message.connection.client;
  const std::string client_text = client ? client->text() : std::string();
  const std::string failed = failed_checks(message.facts);
  const ReplyFields fields{.from_domain = author ? std::string_view(author->text()) : "",
                           .event_id = message.message.event_id,
                           .reason = decision.why,
                           .client = client_text,
                           .failed = failed};
  if (decision.action == Action::defer) return deferral(doubt_of(message.facts), fields);
  return with_url(wish.refusal(message, fields), message.stance.reply_url, fields);
}

// What is really done of it. Preset and stages have the last word, and while the resolver itself
// fails no verdict of its answers can be trusted to be permanent.
Decision carry_out(const Case& message, const Wish& wish) {
  const Action cap =
      cap_of(message.rules, message.stance, message.facts.from_domain(), message.facts.message.lot);
  const Circumstances& circumstances = message.message.circumstances;
  Decision decision;
  decision.action = hold_back(wish.action, cap);
  decision.would = wish.action;
  decision.rule = wish.rule;
  decision.why = wish.why;
  decision.corroboration = message.found.corroboration.evidence;
  if (message.tenant != nullptr) decision.tenant = message.tenant->name;
  if (circumstances.dns_degraded && wish.rests_on_dns && decision.action > Action::tag) {
    const bool defer = message.rules.degraded == Degraded::defer || wish.for_own_name;
    const Action instead = !defer                            ? Action::tag
                           : circumstances.deferred_too_long ? Action::quarantine
                                                             : Action::defer;
    decision.why = why_degraded(decision);
    decision.rule = "dns-degraded";
    decision.action = hold_back(instead, cap);
  }
  if (decision.action >= Action::defer) decision.reply = reply_to(message, wish, decision);
  return decision;
}

Findings find_out(const Message& message, const Rules& rules) {
  const verify::Facts& facts = message.facts;
  Findings found;
  if (facts.from_fault || facts.message.header_truncated) return found;  // Nothing was checked.
  found.claim = judge_claim(rules.protection, facts, message.connection);
  if (facts.dmarc.status == dmarc::Status::fail || found.claim.claim == Claim::unfounded) {
    found.corroboration = corroborate(facts, found.claim.claim);
  }
  return found;
}

Decision decide_for(const Tenant* tenant, const Message& message, const Rules& rules,
                    const Findings& found) {
  using Rule = Verdict (*)(const Case&);
  static constexpr Rule in_order[] = {
      judge_own_fields, judge_from, judge_size,  judge_protected,
      judge_overrides,  judge_seal, judge_dmarc, judge_temporary_error,
      judge_spf,
  };
  const Stance& stance = tenant == nullptr ? rules.site : tenant->stance;
  const Case about{message, message.facts, rules, found, stance, tenant};
  for (const Rule rule : in_order) {
    if (const Verdict verdict = rule(about)) {
      return carry_out(about, unless_restrained(about, *verdict));
    }
  }
  return carry_out(about, unless_restrained(about, judge_rest(about)));
}

}  // namespace

Decision decide(const Message& message, const Rules& rules) {
  const Findings found = find_out(message, rules);
  if (rules.tenants.empty()) return decide_for(nullptr, message, rules, found);
  const std::vector<Group> groups = group_by_tenant(message.envelope.recipients, rules.tenants);
  std::vector<Decision> decisions;
  for (const Group& group : groups)
    decisions.push_back(decide_for(group.tenant, message, rules, found));
  return choose(rules.mixed, groups, std::move(decisions));
}

bool removes_own_fields(bool verified, const verify::Connection& connection) {
  return verified || connection.authenticated;
}

Decision decide_trusted(const TrustVerdict& verdict, const Message& message, const Rules& rules) {
  const bool clean = removes_own_fields(false, message.connection);
  if (clean && too_many(message.circumstances.own_fields)) return decide(message, rules);
  Decision decision;
  decision.rule = verdict.rule;
  decision.why = "mail of this client is not verified";
  return decision;
}

}  // namespace policy
