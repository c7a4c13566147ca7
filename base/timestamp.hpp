#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

// Times as text, in the profile of RFC 3339 §5.6: the one way they are written in events and read
// from them. Pure.
namespace base {

// "2026-05-01T12:34:56.007Z": always UTC, cut to milliseconds, 24 characters, so that text sorts as
// time does. REQUIRES: a year from 0 to 9999.
[[nodiscard]] std::string timestamp(base::WallTime time);

// Any date-time of RFC 3339, also with a space for the T, or a date alone, which is its midnight in
// UTC. Fractions of a second beyond milliseconds are dropped, and a leap second (:60) is the first
// of the next minute. Nothing for other text, for a date that does not exist, and outside the years
// 1700 to 2200.
[[nodiscard]] std::optional<base::WallTime> parse_timestamp(std::string_view text);

}  // namespace base
