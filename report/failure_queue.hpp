#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/database.hpp"
#include "report/event.hpp"
#include "report/failure.hpp"
#include "report/outbox.hpp"
#include "verify/base/result.hpp"
#include "verify/base/time.hpp"

// Messages that failed, on their way to failure reports: kept when they are collected, those of one
// incident together, and told once their hour is over (RFC 9991 §8.1).
namespace report {

// Keeps what the daemon marked for a failure report; nothing for other events. REQUIRES: inside a
// transaction.
[[nodiscard]] base::Result<void> keep_failure(Database& database, const Event& event,
                                              const std::string& line);

struct FailureOptions {
  Reporter reporter;
  std::vector<base::Domain> domains;  // These and those below; the others' are dropped.
  std::uint64_t per_minute = 10;      // Incidents of one minute past that are dropped.
  std::size_t destinations_max = 10;
};

// Makes a report, with a delivery for each mailbox of ruf=, of every incident whose hour is over.
// Several processes may do this at once. REQUIRES: no transaction.
[[nodiscard]] base::Result<Made> make_failure_reports(Database& database,
                                                      const FailureOptions& options,
                                                      base::WallTime now);

// The message of a stored failure report; nothing when its body is none.
[[nodiscard]] std::optional<MailMessage> failure_message(const std::string& body,
                                                         std::uint64_t incidents,
                                                         const FailureReporter& reporter,
                                                         const Mailbox& to, base::WallTime made);

}  // namespace report
