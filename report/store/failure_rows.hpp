#pragma once

#include <string>

#include "base/result.hpp"
#include "report/event.hpp"
#include "report/store/database.hpp"

// Messages that failed, kept when they are collected, those of one incident together; the outbox
// makes failure reports of them (failure_queue.hpp).
namespace report {

// Keeps what the daemon marked for a failure report; nothing for other events. `line`: the event's.
// REQUIRES: inside a transaction.
[[nodiscard]] base::Result<void> keep_failure(Database& database, const Event& event,
                                              const std::string& line);

}  // namespace report
