#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.hpp"
#include "policy/decision.hpp"
#include "policy/rules.hpp"
#include "policy/trust.hpp"
#include "verify/verification.hpp"

namespace event {

// Which failed messages leave their header section, redacted, in the event, so that a failure
// report (RFC 9991) can be made of it.
struct FailureCapture {
  std::vector<base::Domain> domains;  // Policy domains: these and those below.
  std::string key;                    // Secret of redacted_headers().

  // True when DMARC failed, and by the policy of one of `domains`.
  [[nodiscard]] bool wants(const verify::Facts& facts) const;
};

// One message on its way to an event: who is trusted, what the checks say, what is decided. The
// same for the daemon and for `postern check`, so that they cannot differ. Called in the order of
// SMTP: recipients, end_of_headers(), body(), finish(). Used by one thread at a time, not always
// the same.
class Examination {
 public:
  // What the messages of one connection share. All that is referred to outlives the Examination.
  struct Terms {
    const verify::Options& verify;
    const policy::Rules& rules;
    verify::Services checks;  // Resolver, SPF pool and key cache.
    // What only this gateway knows of a message with these facts; an empty function: nothing.
    // Called once, in finish(), and only for verified mail.
    const std::function<policy::Circumstances(const verify::Facts&)>& circumstances;
    // Whose failures are kept for failure reports; null: nobody's.
    const FailureCapture* failures = nullptr;
  };

  static constexpr std::size_t recipients_max = 10'000;  // More are forgotten; Postfix takes 1,000.

  // Begins at MAIL FROM, whose path may be given with "<>" or without, and starts SPF and the
  // reverse look-up. `now` judges the times of signatures. Mail through one of Trust::relays is
  // checked as of the client that the relay took it from, as soon as the header section is there.
  Examination(verify::Connection connection, std::string_view mail_from, const Terms& terms,
              base::WallTime now);

  // One RCPT TO, with "<>" or without; beyond recipients_max it is not remembered.
  void recipient(std::string_view path);

  // How many fields in our name the header section has (policy::OwnFields); to be told before
  // finish().
  void own_fields(const policy::OwnFieldCount& count) { own_fields_ = count; }

  // False when the client is trusted: then neither header nor body need be given.
  [[nodiscard]] bool wants_message() const { return !trust_.trusted; }
  // The whole header section, top first. `complete` is false when fields were left out because the
  // section passed verify::Options::header_octets_max: nothing is checked then. Starts the
  // remaining DNS look-ups. May be left out for a message without a header.
  void end_of_headers(mail::Headers headers, bool complete);
  // The next piece of the body, of any length, with CRLF line ends as the MTA hands it over.
  void body(std::string_view piece);

  // Waits for DNS no longer than verify::Options::deadline, and decides. The event lacks time,
  // gateway, config and queue id, which the caller fills in. Once, as the last call.
  [[nodiscard]] Event finish(std::string event_id);

 private:
  // Decides on trust and starts the checks, once the client is known as far as it ever will be.
  void begin();

  const Terms terms_;
  const base::WallTime now_;                           // Of signatures.
  const std::chrono::steady_clock::time_point began_;  // For Timings::total.
  verify::Connection connection_;
  verify::Envelope envelope_;
  policy::TrustVerdict trust_;
  bool headers_ended_ = false;  // A message may have none.
  policy::OwnFieldCount own_fields_;
  std::string redacted_headers_;                      // Until it is known whether they are wanted.
  std::optional<verify::Verification> verification_;  // None for a trusted client.
};

}  // namespace event
