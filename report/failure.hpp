#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "report/mail_message.hpp"
#include "store/incident.hpp"

// Failure reports: one message that failed, told to the owner of its domain (RFC 9991, RFC 6591).
// Never without having asked causes_report(), verify_destinations() and a cap.
namespace report {

// True when ruf= may be used at all: not that of a public suffix (RFC 9991 §2: psd=y), nor for
// messages of the null sender, whose reports could answer our own.
[[nodiscard]] bool may_send_failure_report(const dmarc::Record& record, const event::Event& event);

// One message, or one that stands for several of an incident.
struct FailureReport {
  const event::Event& event;  // Outlives the report.
  store::Failure failure = store::Failure::dmarc;
  std::string redacted_headers;  // Of redacted_headers().
  std::uint64_t incidents = 1;   // Messages of this incident, this one included.
};

// Who reports.
struct FailureReporter {
  Mailbox mailbox;
  base::Domain authserv_id;  // Our name in Authentication-Results (RFC 8601).
  std::string key;  // Of redacted().
};

// The message/feedback-report part (RFC 5965 §3, RFC 6591 §3), as lines. Recipients are not in it,
// and the local part of an address only as redacted() leaves it. Pure.
[[nodiscard]] std::string feedback_fields(const FailureReport& report,
                                          const FailureReporter& reporter);

// The whole message, to one mailbox; `now` is its Date. REQUIRES: the event has an author domain,
// as without one there is no policy and no report. Pure.
[[nodiscard]] MailMessage to_message(const FailureReport& report, const FailureReporter& reporter,
                                     const Mailbox& to, base::WallTime now);

}  // namespace report
