#pragma once

#include <chrono>
#include <cstdint>

#include "report/store/database.hpp"
#include "verify/base/time.hpp"

namespace report {

// How long what is kept.
struct Retention {
  std::chrono::days events{30};
  // Of events on disk, about; the oldest hours go first, the newest one stays. 0: no limit.
  std::uint64_t octets_max = 0;
  std::chrono::days counters{400};  // Of reports; and lines that could not be read.
};

// Deletes what is older or too much, in small transactions. Does nothing while another process of
// the fleet is at it. How many events went.
[[nodiscard]] base::Result<std::uint64_t> expire(Database& database, const Retention& retention,
                                                 base::WallTime now);

}  // namespace report
