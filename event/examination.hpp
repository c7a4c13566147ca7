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

// Which failed messages leave their header section, redacted, in the event.
struct FailureCapture {
  std::vector<base::Domain> domains;  // Policy domains: these and those below.
  std::string key;                    // Of redacted_headers().

  [[nodiscard]] bool wants(const verify::Facts& facts) const;
};

// One message on its way to an event: who is trusted, what the checks say, what is decided. The
// same for the daemon and for `postern check`, so that they cannot differ. Used by one thread at a
// time.
class Examination {
 public:
  // What the messages of one connection share; all of it outlives them.
  struct Terms {
    const verify::Options& verify;
    const policy::Rules& rules;
    verify::Services checks;
    // What only this gateway knows of a message with these facts; empty: nothing.
    const std::function<policy::Circumstances(const verify::Facts&)>& circumstances;
    // Whose failures are kept for failure reports; null: nobody's.
    const FailureCapture* failures = nullptr;
  };

  static constexpr std::size_t recipients_max = 10'000;  // More are forgotten; Postfix takes 1,000.

  // From MAIL FROM on; paths with "<>" or without. `now` judges signatures. Mail through one of
  // Trust::relays is checked as of the client that the relay took it from, once the header section
  // is there.
  Examination(verify::Connection connection, std::string_view mail_from, const Terms& terms,
              base::WallTime now);

  void recipient(std::string_view path);

  // Of the whole header section, before finish().
  void own_fields(const policy::OwnFieldCount& count) { own_fields_ = count; }

  // False when the client is trusted: then neither header nor body need be given.
  [[nodiscard]] bool wants_message() const { return !trust_.trusted; }
  // As Verification has them.
  void end_of_headers(mail::Headers headers, bool complete);
  void body(std::string_view piece);

  // All of the event but time, gateway, config and queue id. Once.
  [[nodiscard]] Event finish(std::string event_id);

 private:
  void begin();

  const Terms terms_;
  const base::WallTime now_;
  const std::chrono::steady_clock::time_point began_;
  verify::Connection connection_;
  verify::Envelope envelope_;
  policy::TrustVerdict trust_;
  bool headers_ended_ = false;
  policy::OwnFieldCount own_fields_;
  std::string redacted_headers_;                      // Until it is known whether they are wanted.
  std::optional<verify::Verification> verification_;  // None for a trusted client.
};

}  // namespace event
