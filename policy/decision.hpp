#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/own_fields.hpp"
#include "policy/reply.hpp"
#include "policy/rules.hpp"
#include "verify/verification.hpp"

namespace policy {

// What only this gateway knows, and only now: inputs of a decision that no check can find out
// again, which is why the event keeps them.
struct Circumstances {
  bool dns_degraded = false;  // The resolver itself fails (dns::BreakerResolver).
  // Mail of this domain has been deferred for so long that waiting for its DNS makes no sense any
  // more.
  bool deferred_too_long = false;
  // How many messages came before with a passing signature of this one: a replay repeats one.
  std::uint64_t signature_repeats = 0;
  OwnFieldCount own_fields{};  // Fields in our name, which would have to be removed.

  // Of what is in doubt about this message, what vouched for its author before, as
  // "dkim s1._domainkey.example.com", "spf example.com" or "seal s1._domainkey.list.example".
  std::vector<std::string> vouched_before{};

  friend bool operator==(const Circumstances&, const Circumstances&) = default;
};

// One message as a decision sees it: all that the decision depends on, beside the rules. What is
// referred to outlives the call.
struct Message {
  const verify::Facts& facts;
  const verify::Connection& connection;
  const verify::Envelope& envelope;
  Circumstances circumstances;
  std::string_view event_id;  // For the reply.
};

// What a tenant wanted that the message did not get, because another one of its recipients asked
// for less.
struct Stricter {
  std::string recipients_domain;   // Of some of the recipients.
  Action action = Action::accept;  // What their tenant's rules asked for …
  std::string rule;                // … and which of them.

  friend bool operator==(const Stricter&, const Stricter&) = default;
};

// What will be done, and why. The milter carries it out without thinking further. The default
// accepts.
struct Decision {
  Action action = Action::accept;
  // What the site's rules, or the published policy, ask for: equal to action unless the preset is
  // monitor or a stage holds it back, or the DNS is degraded.
  Action would = Action::accept;
  std::string rule = "none";  // The rule that decided: "dmarc-reject", "trusted-network", …
  std::string why;            // One line, printable, for the log and override reasons.
  std::vector<std::string> corroboration;  // RFC 9989 §7.4: what speaks for, or "-x" against.
  Reply reply;                             // For reject and defer.
  std::string tenant;                      // Whose rules these were; empty: the site's.
  std::vector<Stricter> stricter;          // Sorted by domain; only with Mixed::mildest.

  friend bool operator==(const Decision&, const Decision&) = default;
};

// The decision on a verified message. The one place where mail can be refused. Pure. Rules, in
// their order; the first that has something to say decides (docs/policy.md has them as a table):
//
//   own-fields-too-many    more fields in our name than can be removed: reject
//   from-missing …         no single author can be read: on_from_fault
//   header-too-large       nothing was checked: quarantine
//   protected-exception    the author domain is protected, and an exception of it holds: accept
//   protected-domain       … and nothing proves the author: reject, corroborated by that alone …
//   protected-domain-indirect   … but quarantine when it may be indirect mail and not strict
//   protected-temperror    … or a temporary error hides what it would be: defer, then quarantine
//   override-client …      what the override says
//   arc-sealer             fail, but a trusted sealer saw it pass: accept
//   override-temperror, arc-sealer-temperror   a temporary error hides whether one of those lets
//                          through what would be held back below, or the other way: doubt
//   dmarc-pass             accept
//   dmarc-none             fail, and the domain asks for nothing: accept
//   dmarc-quarantine       fail: quarantine
//   dmarc-reject           fail: reject; under rfc9989 only when corroborated (RFC 9989 §7.4), else
//   dmarc-reject-uncorroborated   quarantine
//   header-field-cut       quarantine instead of either refusal: the author's signature covers a
//                          field that the MTA cut
//   corroboration-temperror   … or deferred: a temporary error hides which of the two; doubt
//   dmarc-temperror        doubt
//   spf-fail               no DMARC published, SPF says fail: on_spf_fail
//   spf-temperror          … or may be: doubt
//   no-dmarc               accept
//
// Doubt is weighed by on_temporary_error and what hangs on it (weigh(), policy/doubt.hpp); when
// deferred_too_long nothing is deferred any more, and what would be held back is quarantined.
//
// An override to accept or tag is silent where DMARC passes. Preset monitor and stages hold back
// and say in `would` what was not done. While the DNS is degraded, what rests on DNS and is more
// than a tag becomes Rules::degraded, rule "dns-degraded".
//
// Each tenant among the recipients is judged by its own stance and overrides; Rules::mixed chooses.
[[nodiscard]] Decision decide(const Message& message, const Rules& rules);

// The decision on mail of a trusted client: accept, with the rule that says so. Only who logged in
// and forges more fields of ours than can be removed is judged by that, as everybody is. The facts
// of `message` are empty, as nothing was checked. Pure.
[[nodiscard]] Decision decide_trusted(const TrustVerdict& verdict, const Message& message,
                                      const Rules& rules);

// True when fields in our name must not stay in the message (RFC 8601 §5). Mail of a trusted
// network may carry what we wrote ourselves on its way in. `verified` as Event::verified has it.
[[nodiscard]] bool removes_own_fields(bool verified, const verify::Connection& connection);

}  // namespace policy
