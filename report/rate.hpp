#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

// How much is sent: arithmetic on counters that somebody else keeps.
namespace report {

// At most so many in each window of wall time, "a day" or "a minute".
struct Cap {
  base::Seconds window{24 * 60 * 60};
  std::uint64_t max = 0;
};

// A counter, as stored: how many in which window since 1970.
struct Tally {
  std::int64_t window = 0;
  std::uint64_t count = 0;

  friend bool operator==(const Tally&, const Tally&) = default;
};

// The tally after one more; nothing when the cap is reached. A clock that went backwards does not
// open the window again.
[[nodiscard]] std::optional<Tally> admit(const Tally& tally, const Cap& cap, base::WallTime now);

}  // namespace report
