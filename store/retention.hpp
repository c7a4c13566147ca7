#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "store/database.hpp"

namespace store {

// How long each kind of row is kept.
struct Retention {
  std::chrono::days events{30};
  // Of all the store has on disk. When there is more, counters go that are of no use for a report
  // any more, then events of days to come, then the oldest hours; the newest one stays. 0: no
  // limit.
  std::uint64_t octets_max = 0;
  std::chrono::days counters{400};  // Of reports; and lines that could not be read.
};

struct Expired {
  std::uint64_t events = 0;
  std::vector<std::string> warnings;  // What was not deleted and why, or is odd: for the log.
};

// Deletes what is older (plausible_time.hpp: by all accounts) or too much, in small transactions,
// so that collectors get their turn and a full disk is not filled further. When it is stopped or
// fails half-way, what is deleted is deleted. Does nothing while another process of the fleet is at
// it. REQUIRES: no transaction.
[[nodiscard]] base::Result<Expired> expire(Database& database, const Retention& retention,
                                           base::WallTime now);

}  // namespace store
