#include "report/rate.hpp"

#include <algorithm>

namespace report {

std::optional<Tally> admit(const Tally& tally, const Cap& cap, base::WallTime now) {
  const auto seconds = std::chrono::floor<base::Seconds>(now.time_since_epoch());
  const std::int64_t window = seconds / std::max(cap.window, base::Seconds(1));
  const Tally current = window > tally.window ? Tally{.window = window, .count = 0} : tally;
  if (current.count >= cap.max) return std::nullopt;
  return Tally{.window = current.window, .count = current.count + 1};
}

}  // namespace report
