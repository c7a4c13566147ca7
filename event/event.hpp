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

// How long the parts of one message took, by a clock that never jumps. For metrics and logs; no
// verdict and no comparison of events looks at it.
struct Timings {
  std::chrono::microseconds total{0};   // From MAIL FROM to the decision.
  std::chrono::microseconds finish{0};  // From the end of the message: what the MTA waited for.
};

// All that is remembered of a message once it is gone: a plain value, and one line in the spool.
// Made by Examination::finish(), or by from_line() of such a line.
struct Event {
  std::string id;       // make_event_id(). Also in the reply, so that a sender can quote it.
  base::WallTime time;  // The end of the message, by the gateway's clock.
  std::string gateway;  // Which of the site's gateways; by default the authserv-id.
  std::string config;   // Generation and digest of the configuration: "3-8f0c…".
  verify::Connection connection;  // Who the mail came from; behind a relay of ours, its client.
  verify::Envelope envelope;
  bool verified = true;                 // False for trusted clients: Facts are empty.
  verify::Facts facts;                  // What the checks found.
  policy::Circumstances circumstances;  // What only the gateway knew, at that moment.
  policy::Decision decision;            // What was done, and why.
  std::vector<std::string> signals;     // policy::find_signals()
  // For a failure report (RFC 9991): redacted_headers(), of messages chosen for one only.
  std::string failure_headers;
  Timings timings;  // Zero where nobody measured.
  // True when this was read from a line that had no room for the domains of all recipients: then
  // nobody can decide again by the rules of tenants.
  bool recipients_cut = false;
};

// The "v" of a line: what to_line() writes, and the newest that from_line() reads.
inline constexpr int line_version = 1;

// How a line is written, as the site wants it.
struct LineOptions {
  // False leaves out what stands before the last "@" in addresses, and what of SPF's texts may hold
  // it: for sites that may not keep the addresses of persons.
  bool local_parts = true;
};
// The event as one JSON object on one line (docs/formats/event.md), printable ASCII without line
// end, shorter than line_octets_max of facts_writer.hpp: what is too long is cut, and said to be
// cut where a reader must know. Pure.
[[nodiscard]] std::string to_line(const Event& event, const LineOptions& options = {});

// What was done because of the DMARC policy, in the words of RFC 9990 §3.1.1.12: "none", "pass",
// "quarantine" or "reject". "pass" is a pass under an enforcing policy; a pass under p=none is
// "none", and so is all that was not refused or quarantined. Lives as long as the program.
[[nodiscard]] std::string_view disposition(const Event& event);

// The line of the log for people, "key=value" in a fixed order, without queue id and time: the log
// puts these in front. Escaped and bounded. Pure.
[[nodiscard]] std::string to_log_line(const Event& event);

// A new event id of 20 characters, 0 to 9 and a to z only. Ids of a later millisecond sort behind,
// and none comes twice: not from another thread, process or gateway. Safe for concurrent use.
[[nodiscard]] std::string make_event_id(base::WallTime now);

}  // namespace event
