#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "event/event.hpp"
#include "report/failure.hpp"
#include "report/outbox.hpp"
#include "store/database.hpp"

// Messages that failed (store/failure_rows.hpp) on their way to failure reports: those of one
// incident are told once their hour is over (RFC 9991 §8.1).
namespace report {

// What is reported at all, and how much of it.
struct FailureOptions {
  Reporter reporter;
  std::vector<base::Domain> domains;  // These and those below; the others' are dropped.
  std::uint64_t per_minute = 10;      // Incidents of one minute past that are dropped.
  std::size_t destinations_max = 10;  // Of a record's ruf.
};

// Makes a report, with a delivery for each mailbox of ruf=, of every incident whose hour is over.
// Those that nobody wants, or that are too many, are dropped and counted as unwanted. Each incident
// is one transaction: after an error the rest waits. Several processes may do this at once: one of
// them does it. REQUIRES: no transaction.
[[nodiscard]] base::Result<Made> make_failure_reports(store::Database& database,
                                                      const FailureOptions& options,
                                                      base::WallTime now);

// The message of a stored failure report, the same octets each time; nothing when its body, the
// line of an event, cannot be read or asks for no report. `incidents` is the number of messages.
// Pure.
[[nodiscard]] std::optional<MailMessage> failure_message(const std::string& body,
                                                         std::uint64_t incidents,
                                                         const FailureReporter& reporter,
                                                         const Mailbox& to, base::WallTime made);

}  // namespace report
