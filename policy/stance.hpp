#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// What one group of recipients wants done: the site, or one tenant.
namespace policy {

// In order of severity: `defer` asks the sender to come again, so it is milder than a refusal only.
enum class Action : std::uint8_t { accept, tag, quarantine, defer, reject };

enum class Preset : std::uint8_t { monitor, rfc9989, strict };

// Staged enforcement: how much of what the rules want is really done. A step is one of accept (in
// configuration files "monitor"), tag, quarantine, reject.
struct Stage {
  Action enforce = Action::reject;  // Nothing beyond this step is done …
  unsigned percent = 100;           // … to this share of the messages; one step less to the rest.

  friend bool operator==(const Stage&, const Stage&) = default;
};

// What to do when a temporary error hides the verdict (RFC 9989 §5.3.6). None of them refuses.
enum class TemporaryError : std::uint8_t {
  weigh,   // Defer where the author's policy is, or may be, to hold back what fails; else tag.
  defer,   // Defer always.
  accept,  // Tag. Whoever makes a name fail to answer gets his mail delivered.
};

struct Stance {
  Preset preset = Preset::rfc9989;
  Stage stage;
  TemporaryError on_temporary_error = TemporaryError::weigh;
  Action on_from_fault = Action::reject;  // accept, tag, quarantine or reject.
  Action on_spf_fail = Action::accept;    // SPF -all where the domain publishes no DMARC.
  std::string reject_code = "5.7.1";      // or 5.7.26 (RFC 7372 §3.2)
  std::string reply_text = "Email rejected per DMARC policy for {from_domain} (see {event_id})";
  std::string reply_url;  // Added to each refusal, with its {event_id} filled in; empty: none.

  friend bool operator==(const Stance&, const Stance&) = default;
};

[[nodiscard]] std::string_view name(Action action);
[[nodiscard]] std::string_view name(Preset preset);
[[nodiscard]] std::string_view name(TemporaryError wanted);

}  // namespace policy
