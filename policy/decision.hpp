#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/reply.hpp"
#include "policy/trust.hpp"
#include "verify/verification.hpp"

// What the receiving site wants ("local policy", RFC 9989 §7). dmarc::Policy is what the sender
// asks for; policy::Rules is what we do about it.
namespace policy {

// In order of severity: `defer` asks the sender to come again, so it is milder than a refusal only.
enum class Action : std::uint8_t { accept, tag, quarantine, defer, reject };

enum class Preset : std::uint8_t { monitor, rfc9989, strict };

enum class Quarantine : std::uint8_t { header, hold };

// One field a question. Later rules (tenants, protected domains, overrides, sealers) have their
// place in decide(), between trust and DMARC.
struct Rules {
  Preset preset = Preset::rfc9989;
  Trust trust;
  Quarantine quarantine = Quarantine::header;
  std::string quarantine_header = "X-Postern-Quarantine: yes";
  Action on_temporary_error = Action::tag;  // tag or defer (RFC 9989 §5.3.6): never reject.
  Action on_from_fault = Action::reject;    // accept, tag, quarantine or reject.
  Action on_spf_fail = Action::accept;      // SPF -all where the domain publishes no DMARC.
  std::string reject_code = "5.7.1";        // or 5.7.26 (RFC 7372 §3.2)
  std::string reply_text = "Email rejected per DMARC policy for {from_domain} (see {event_id})";
};

// What will be done, and why. The milter carries it out without thinking further.
struct Decision {
  Action action = Action::accept;
  // What the site's rules, or the published policy, ask for; milder than action never, and equal
  // to it unless the preset is monitor.
  Action would = Action::accept;
  std::string rule = "none";  // The rule that decided: "dmarc-reject", "trusted-network", …
  std::string why;            // One line, printable, for the log and override reasons.
  std::vector<std::string> corroboration;  // RFC 9989 §7.4: what speaks for, or "-x" against.
  Reply reply;                             // For reject and defer.

  friend bool operator==(const Decision&, const Decision&) = default;
};

// The decision on a verified message. The one place where mail can be refused. Pure. Rules, in
// their order; the first that has something to say decides:
//
//   from-missing …         no single author can be read: on_from_fault
//   header-too-large       nothing was checked: tag
//   dmarc-pass             accept
//   dmarc-none             fail, and the domain asks for nothing: accept
//   dmarc-quarantine       fail: quarantine
//   dmarc-reject           fail: reject; under rfc9989 only when corroborated (RFC 9989 §7.4), else
//   dmarc-reject-uncorroborated   quarantine
//   dmarc-temperror        on_temporary_error
//   spf-fail               no DMARC published, SPF says fail: on_spf_fail
//   no-dmarc               accept
//
// Preset monitor delivers all of it and says in `would` what it did not do.
[[nodiscard]] Decision decide(const verify::Facts& facts, const verify::Connection& connection,
                              const verify::Envelope& envelope, const Rules& rules,
                              std::string_view event_id);

// The decision on mail of a trusted client: accept, with the rule that says so.
[[nodiscard]] Decision decide_trusted(const TrustVerdict& verdict);

[[nodiscard]] std::string_view name(Action action);
[[nodiscard]] std::string_view name(Preset preset);

}  // namespace policy
