#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "policy/decision.hpp"
#include "verify/verification.hpp"

namespace event {

// How long the parts of one message took. Not part of the verdict.
struct Timings {
  std::chrono::microseconds total{0};   // MAIL FROM to the reply.
  std::chrono::microseconds finish{0};  // End of message to the reply: what the MTA waited for.
};

// All that is remembered of a message once it is gone. One line in the spool.
struct Event {
  std::string id;  // Unique: also in the reply, so that a sender can quote it.
  base::WallTime time;
  std::string gateway;  // Which of the site's gateways; by default the authserv-id.
  std::string config;   // Generation and digest of the configuration that judged.
  verify::Connection connection;
  verify::Envelope envelope;
  bool verified = true;  // False for trusted clients: Facts are empty.
  verify::Facts facts;
  policy::Circumstances circumstances;
  policy::Decision decision;
  std::vector<std::string> signals;  // policy::find_signals()
  // For a failure report (RFC 9991): redacted_headers(), of messages chosen for one only.
  std::string failure_headers;
  Timings timings;
  // Read from a line that had no room for all domains of recipients.
  bool recipients_cut = false;
};

// The "v" of a line: what to_line() writes, and the newest that from_line() reads.
inline constexpr int line_version = 1;

// One JSON object on one line, no line end (docs/formats/event.md). Local parts of addresses are
// left out unless `local_parts`.
struct LineOptions {
  bool local_parts = true;
};
[[nodiscard]] std::string to_line(const Event& event, const LineOptions& options = {});

// RFC 9990 §3.1.1.12: what was done because of the DMARC policy. "pass" is a pass under an
// enforcing policy; a pass under p=none is "none".
[[nodiscard]] std::string_view disposition(const Event& event);

// The human line of the log, without queue id and time.
[[nodiscard]] std::string to_log_line(const Event& event);

// A new event id: time-ordered, unique across threads, processes and gateways; [0-9a-z] only.
[[nodiscard]] std::string make_event_id(base::WallTime now);

}  // namespace event
