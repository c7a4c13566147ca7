#include "store/plausible_time.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/timestamp.hpp"
#include "store/sql.hpp"
#include "store/time_columns.hpp"

namespace store {

namespace {

constexpr std::int64_t step_max = 2;            // Days from one with mail to the next.
constexpr std::ptrdiff_t days_after_a_gap = 3;  // With mail: the clock goes on from there.
constexpr std::chrono::days told_after{4};      // Quiet days are no reason for a warning.

base::WallTime day(std::int64_t number) { return base::WallTime(std::chrono::days(number)); }

// The last day that mail came on, and that the days before make likely.
std::int64_t last_likely(const std::set<std::int64_t>& days) {
  auto at = days.begin();
  if (std::ssize(days) > days_after_a_gap) at = std::prev(days.end(), days_after_a_gap);
  for (auto next = std::next(at); next != days.end() && *next - *at <= step_max; ++next)
    at = next;
  return *at;
}

}  // namespace

PlausibleTime judge_time(base::WallTime ours, base::WallTime theirs,
                         const std::set<std::int64_t>& days) {
  PlausibleTime time{
      .oldest = std::min(ours, theirs), .newest = std::max(ours, theirs), .doubt = {}};
  const base::WallTime clocks = time.oldest;
  if (days.empty()) {  // Nothing says that the clock is right.
    time.newest += std::chrono::days(1);
    return time;
  }
  // Days to come say nothing of today, but where all days are to come the clock stands still.
  std::int64_t today = number_of(day_of(time.newest));
  std::set<std::int64_t> come(days.begin(), days.upper_bound(today + 1));
  if (!come.empty()) {
    // The end of the last day with mail.
    const base::WallTime likely = day(last_likely(come) + 1);
    // Of two clocks that do not agree, the later one needs mail that leads up to it. Else a gateway
    // with a wrong clock would take the mail of all others for the oldest.
    if (time.newest - time.oldest > std::chrono::days(1)) {
      time.newest = std::clamp(likely, time.oldest, time.newest);
      today = number_of(day_of(time.newest));
    }
    time.oldest = std::min(time.oldest, likely);
  }
  const bool near =
      std::ranges::any_of(come, [&](std::int64_t each) { return today - each <= step_max; });
  if (!near) time.newest = std::max(time.newest, day(last_likely(days) + 1));
  time.newest += std::chrono::days(1);
  if (ours - time.oldest >= told_after) {
    time.doubt =
        clocks < ours && clocks == time.oldest
            ? "the clock of the store says " + base::timestamp(theirs)
            : "the last mail by then is of " + base::timestamp(day(*come.rbegin())).substr(0, 10);
    time.doubt += " and our clock says " + base::timestamp(ours);
  }
  return time;
}

base::Result<PlausibleTime> plausible_time(Database& database, base::WallTime now) {
  const base::WallTime theirs = TRY(database.clock());
  const auto days = TRY(fetch<std::int64_t>(
      database,
      "SELECT DISTINCT hour / 24 FROM event_hours UNION SELECT DISTINCT day FROM report_days"));
  return judge_time(now, theirs, std::set<std::int64_t>(days.begin(), days.end()));
}

}  // namespace store
