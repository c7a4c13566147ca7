#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "report/deliveries.hpp"
#include "report/failure.hpp"
#include "report/submission.hpp"
#include "store/database.hpp"
#include "verify/dns/resolver.hpp"

// Sends what waits in the outbox: asks for consent where a host has to give it, hands the message
// to the relay, and stores what became of it.
namespace report {

struct SendOptions {
  DeliveryLimits limits{};
  std::optional<FailureReporter> failure{};       // Nothing: no failure reports any more.
  std::chrono::milliseconds pace{50};             // Between two messages.
  std::chrono::milliseconds dns_timeout{15'000};  // For the consent of one host.
};

// The world around: the clock, how time passes, and where log lines go: one for each delivery that
// came to an end or was put off.
struct SendSurroundings {
  std::function<base::WallTime()> now;
  std::function<void(std::chrono::milliseconds)> pause;
  std::function<void(const std::string&)> log;  // Printable, without a line end.
};

// How many deliveries came to what.
struct SendResult {
  std::uint64_t sent = 0;
  std::uint64_t put_off = 0;  // Temporary trouble, or a cap.
  std::uint64_t ended = 0;    // Refused, failed, expired, suppressed.
  bool relay_down = false;    // What is left was not tried.
  // It refused several mailboxes in a row with the same words, which are its own trouble: those
  // wait, as do all that are refused so.
  bool relay_refuses = false;
};

// Sends every delivery that is due. Several processes may do this at once: each delivery is locked
// while it is worked on, and looked at again once it is. Killed at any moment, a report is sent
// again, with the same octets and id, or was sent. An error is one of the database: what a relay or
// a resolver does ends in the result. REQUIRES: no transaction.
[[nodiscard]] base::Result<SendResult> send_reports(store::Database& database,
                                                    dns::Resolver& resolver, Submitter& submitter,
                                                    const SendOptions& options,
                                                    const SendSurroundings& surroundings);

}  // namespace report
