#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace cli {

// A time as people give it: RFC 3339 ("2026-05-01", "2026-05-01T12:00:00Z"), "today", "yesterday"
// (their midnight in UTC), or so long ago: "30s", "5m", "2h", "3d", "1w". Pure.
[[nodiscard]] std::optional<base::WallTime> parse_when(std::string_view text, base::WallTime now);

// Its help text.
inline constexpr char when_help[] = "a date or time (RFC 3339), 2h, 3d, today, yesterday";

}  // namespace cli
