#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/words.hpp"

// What one group of recipients wants done: the site, or one tenant.
namespace policy {

// In order of severity: `defer` asks the sender to come again, so it is milder than a refusal only.
enum class Action : std::uint8_t { accept, tag, quarantine, defer, reject };
constexpr auto words_of(Action) {
  return std::to_array<std::string_view>({"accept", "tag", "quarantine", "defer", "reject"});
}

// What follows a failed DMARC check: nothing but a word in the log; what RFC 9989 §7.4 asks for, a
// refusal only when corroborated; or what the domain publishes, to the letter.
enum class Preset : std::uint8_t { monitor, rfc9989, strict };
constexpr auto words_of(Preset) {
  return std::to_array<std::string_view>({"monitor", "rfc9989", "strict"});
}

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
constexpr auto words_of(TemporaryError) {
  return std::to_array<std::string_view>({"weigh", "defer", "accept"});
}

// What one group of recipients wants done: the site's [policy], or that of a tenant.
struct Stance {
  Preset preset = Preset::rfc9989;  // What follows a failed DMARC check.
  Stage stage;                      // How much of it is really done.
  TemporaryError on_temporary_error = TemporaryError::weigh;
  Action on_from_fault = Action::reject;  // accept, tag, quarantine or reject.
  Action on_spf_fail = Action::accept;    // SPF -all where the domain publishes no DMARC.
  std::string reject_code = "5.7.1";      // or 5.7.26 (RFC 7372 §3.2)
  std::string reply_text = "Email rejected per DMARC policy for {from_domain} (see {event_id})";
  std::string reply_url;  // Added to each refusal, with its {event_id} filled in; empty: none.

  friend bool operator==(const Stance&, const Stance&) = default;
};

[[nodiscard]] constexpr std::string_view name(Action action) noexcept { return base::word(action); }
[[nodiscard]] constexpr std::string_view name(Preset preset) noexcept { return base::word(preset); }
[[nodiscard]] constexpr std::string_view name(TemporaryError wanted) noexcept {
  return base::word(wanted);
}

}  // namespace policy
