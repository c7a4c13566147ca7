#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

// RFC 3339 §5.6: the one way times are written in events and read from them.
namespace base {

// "2026-05-01T12:34:56.007Z": UTC, milliseconds. REQUIRES: a year of four digits.
[[nodiscard]] std::string timestamp(base::WallTime time);

// Any date-time of RFC 3339, or a date alone, which is its midnight in UTC. Nothing for other text,
// for a date that does not exist, and outside the years 1700 to 2200.
[[nodiscard]] std::optional<base::WallTime> parse_timestamp(std::string_view text);

}  // namespace base
