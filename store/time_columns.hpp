#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

// Times as columns hold them: milliseconds, hours or days since 1970, UTC, leap seconds left out
// as in POSIX. All round down, also before 1970. Pure.
namespace store {

using Day = std::chrono::sys_days;  // A day of the calendar, UTC.

// The day that a time lies in.
[[nodiscard]] Day day_of(base::WallTime time);

// What stands in a column `…_ms`, `hour` or `day`.
[[nodiscard]] std::int64_t milliseconds_of(base::WallTime time);
[[nodiscard]] std::int64_t hour_of(base::WallTime time);
[[nodiscard]] std::int64_t number_of(Day day);

// The inverse of milliseconds_of().
[[nodiscard]] base::WallTime time_of(std::int64_t milliseconds);

}  // namespace store
