#pragma once

#include <string>

#include "base/result.hpp"
#include "event/event.hpp"
#include "store/database.hpp"

// Messages that failed, kept when they are collected, those of one incident together; the outbox
// makes failure reports of them (failure_queue.hpp).
namespace store {

// Keeps what the daemon marked for a failure report; nothing for other events. `line`: the event's.
// REQUIRES: inside a transaction.
[[nodiscard]] base::Result<void> keep_failure(Database& database, const event::Event& event,
                                              const std::string& line);

}  // namespace store
