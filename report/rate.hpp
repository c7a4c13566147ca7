#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

// How much is sent: arithmetic on counters that somebody else keeps. No state and no clock of its
// own, so that a counter may be in a store or on the stack. Pure.
namespace report {

// At most so many in each window of wall time, "a day" or "a minute".
struct Cap {
  base::Seconds window{24 * 60 * 60};  // They begin at 1970, UTC.
  std::uint64_t max = 0;               // Of one window.
};

// A counter, as stored: how many in which window since 1970.
struct Tally {
  std::int64_t window = 0;  // Its number.
  std::uint64_t count = 0;

  friend bool operator==(const Tally&, const Tally&) = default;
};

// The tally after one more; nothing when the cap is reached: the caller keeps the one it has. A
// clock that went backwards does not open the window again.
[[nodiscard]] std::optional<Tally> admit(const Tally& tally, const Cap& cap, base::WallTime now);

}  // namespace report
