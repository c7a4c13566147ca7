#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verify/base/ip_address.hpp"
#include "verify/verification.hpp"

// What the receiving site wants ("local policy", RFC 9989 §7). dmarc::Policy is what the sender
// asks for; policy::Rules is what we do about it.
namespace policy {

// In order of severity: `defer` asks the sender to come again, so it is milder than a refusal only.
enum class Action : std::uint8_t { accept, tag, quarantine, defer, reject };

enum class Preset : std::uint8_t { monitor, rfc9989, strict };

enum class Quarantine : std::uint8_t { header, hold };

struct Trust {
  std::vector<base::Network> networks;  // Clients whose mail is not verified.
  bool authenticated = true;            // Nor that of SMTP AUTH users.
};

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

struct Reply {
  int code = 250;
  std::string enhanced_code;  // RFC 3463, RFC 7372; empty with 250.
  std::string text;           // Printable ASCII, {from_domain} and {event_id} filled in.

  friend bool operator==(const Reply&, const Reply&) = default;
};

// What will be done, and why. The milter carries it out without thinking further.
struct Decision {
  Action action = Action::accept;
  Action would = Action::accept;  // What an enforcing preset would do; equals action when it does.
  std::string rule = "none";      // The rule that decided: "dmarc-reject", "trusted-network", …
  std::string why;                // One line, printable, for the log and override reasons.
  std::vector<std::string> corroboration;  // RFC 9989 §7.4: what speaks for, or "-x" against.
  Reply reply;                    // For reject and defer.

  friend bool operator==(const Decision&, const Decision&) = default;
};

// True when this client's mail is not verified at all (rule "trusted-…"); the reason in `rule`.
struct TrustVerdict {
  bool trusted = false;
  std::string rule;
};
[[nodiscard]] TrustVerdict trusts(const Trust& trust, const verify::Connection& connection);

// The decision on a verified message. The one place where mail can be refused. Pure.
[[nodiscard]] Decision decide(const verify::Facts& facts, const verify::Connection& connection,
                              const verify::Envelope& envelope, const Rules& rules,
                              std::string_view event_id);

// The decision on mail of a trusted client: accept, with the rule that says so.
[[nodiscard]] Decision decide_trusted(const TrustVerdict& verdict);

[[nodiscard]] std::string_view name(Action action);
[[nodiscard]] std::string_view name(Preset preset);

}  // namespace policy
