#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

// Times as columns hold them: milliseconds, hours or days since 1970, UTC.
namespace store {

using Day = std::chrono::sys_days;  // UTC.

[[nodiscard]] Day day_of(base::WallTime time);

[[nodiscard]] std::int64_t milliseconds_of(base::WallTime time);
[[nodiscard]] std::int64_t hour_of(base::WallTime time);
[[nodiscard]] std::int64_t number_of(Day day);

[[nodiscard]] base::WallTime time_of(std::int64_t milliseconds);

}  // namespace store
