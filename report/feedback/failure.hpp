#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "report/event.hpp"
#include "report/feedback/mail_message.hpp"

// Failure reports: one message that failed, told to the owner of its domain (RFC 9991, RFC 6591).
// Never without having asked causes_report(), verify_destinations() and a cap.
namespace report {

// What a report is about: its Auth-Failure (RFC 9991 §4, RFC 6591 §3.3).
enum class Failure : std::uint8_t { dmarc, dkim, spf };

// What fo= asks for (RFC 9989 §4.7), the DMARC failure first; nothing when this message is no
// reason to report. A check that ended in temperror has not failed. `fo` as in dmarc::Record.
[[nodiscard]] std::optional<Failure> wanted_failure(std::string_view fo,
                                                    const verify::Facts& facts);
// What the record that was found for this message asks for; nothing without one.
[[nodiscard]] std::optional<Failure> wanted_failure(const Event& event);

// True when ruf= may be used at all: not that of a public suffix (RFC 9991 §2: psd=y), nor for
// messages of the null sender, whose reports could answer our own.
[[nodiscard]] bool may_send_failure_report(const dmarc::Record& record, const Event& event);

// Messages with the same incident are told in one report, with their number (RFC 9991 §8.1).
[[nodiscard]] std::string incident_of(const Event& event, Failure failure);

struct FailureReport {
  const Event& event;
  Failure failure = Failure::dmarc;
  std::string redacted_headers;  // Of redacted_headers().
  std::uint64_t incidents = 1;   // Messages of this incident, this one included.
};

struct FailureReporter {
  Mailbox mailbox;
  base::Domain authserv_id;
  std::string key;  // Of redacted().
};

// The message/feedback-report part.
[[nodiscard]] std::string feedback_fields(const FailureReport& report,
                                          const FailureReporter& reporter);

// The whole message. The event has an author domain: without one there is no policy and no report.
[[nodiscard]] MailMessage to_message(const FailureReport& report, const FailureReporter& reporter,
                                     const Mailbox& to, base::WallTime now);

}  // namespace report
