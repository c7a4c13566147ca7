#include "store/retention.hpp"

#include <algorithm>
#include <utility>

#include "store/plausible_time.hpp"
#include "store/sql.hpp"
#include "store/store_size.hpp"
#include "store/time_columns.hpp"

namespace store {

namespace {

constexpr std::string_view retention_key = "retention";
constexpr std::size_t chunk_max = 100;  // Few, so that little room is needed to make some.
// Days are made up for a week back (outbox.cpp): counts of before are in a report, or never will
// be.
constexpr std::chrono::days counters_of_use{8};
constexpr int rounds_max = 50;  // What rows take is an estimate.

struct Part {  // An hour or a day.
  std::int64_t number = 0;
  std::uint64_t octets = 0;
};

base::Result<std::vector<Part>> parts(Database& database, std::string_view sql) {
  std::vector<Part> parts;
  for (const auto& [number, octets] : TRY(fetch<std::int64_t, std::uint64_t>(database, sql)))
    parts.push_back({number, octets});
  return parts;
}

// Events of the hours from `begin` to before `end`.
base::Result<std::uint64_t> delete_events(Database& database, std::int64_t begin,
                                          std::int64_t end) {
  std::uint64_t deleted = 0;
  while (true) {
    const auto chunk = TRY(fetch<std::int64_t>(
        database,
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE time_ms >= $1 AND time_ms < $2"
        " ORDER BY time_ms, id LIMIT $3) RETURNING 1",
        base::WallTime(std::chrono::hours(begin)), base::WallTime(std::chrono::hours(end)),
        chunk_max));
    deleted += chunk.size();
    if (chunk.size() < chunk_max) break;
  }
  TRY(run(database, "DELETE FROM event_hours WHERE hour >= $1 AND hour < $2", begin, end));
  return deleted;
}

base::Result<void> delete_days(Database& database, std::string_view table, std::int64_t before) {
  return run(database, "DELETE FROM " + std::string(table) + " WHERE day < $1", before);
}

base::Result<void> delete_counters(Database& database, std::int64_t before) {
  TRY(delete_days(database, "report_rows", before));
  return delete_days(database, "report_days", before);
}

// Hours in the order in which they go: those to come, the latest first, then the oldest. One stays.
std::vector<Part> in_order(std::vector<Part> hours, std::int64_t newest) {
  const auto to_come =
      std::ranges::find_if(hours, [&](const Part& hour) { return hour.number > newest; });
  std::vector<Part> order(std::make_reverse_iterator(hours.end()),
                          std::make_reverse_iterator(to_come));
  order.insert(order.end(), hours.begin(), to_come);
  if (!order.empty()) order.pop_back();
  return order;
}

class Expiry {
 public:
  Expiry(Database& database, const Retention& retention, base::WallTime now, PlausibleTime time)
      : database_(database), retention_(retention), now_(now), time_(std::move(time)) {}

  [[nodiscard]] base::Result<Expired> run();

 private:
  [[nodiscard]] base::Result<void> expire_old();
  // Those past the limit; false when nothing is left that may go.
  [[nodiscard]] base::Result<bool> make_room(std::uint64_t octets);
  [[nodiscard]] base::Result<bool> drop_counters(std::uint64_t& octets);
  [[nodiscard]] base::Result<bool> drop_events(std::uint64_t octets);

  Database& database_;
  const Retention& retention_;
  const base::WallTime now_;
  const PlausibleTime time_;
  Expired expired_;
  std::uint64_t to_come_ = 0;
  bool dropped_counters_ = false;
};

base::Result<void> Expiry::expire_old() {
  const std::int64_t first = hour_of(time_.oldest - retention_.events);
  const auto doubtful =
      TRY(fetch_one<std::int64_t>(database_,
                                  "SELECT CAST(COALESCE(SUM(events), 0) AS BIGINT) FROM event_hours"
                                  " WHERE hour >= $1 AND hour < $2",
                                  first, hour_of(now_ - retention_.events)));
  if (doubtful > 0 && !time_.doubt.empty()) {
    expired_.warnings.push_back(std::to_string(doubtful) +
                                " events past retention_days are kept: " + time_.doubt);
  }
  const std::int64_t day = number_of(day_of(time_.oldest - retention_.counters));
  TRY(delete_counters(database_, day));
  TRY(delete_days(database_, "unread_lines", day));
  expired_.events += TRY(delete_events(database_, 0, first));
  return {};
}

base::Result<bool> Expiry::drop_counters(std::uint64_t& octets) {
  const std::int64_t of_use = number_of(day_of(time_.oldest - counters_of_use));
  const auto days = TRY(parts(database_,
                              "SELECT day, CAST(SUM(octets) AS BIGINT) FROM report_days"
                              " GROUP BY day ORDER BY day"));
  std::int64_t before = 0;
  for (const Part& day : days) {
    if (day.number >= of_use || octets == 0) break;
    before = day.number + 1;
    octets -= std::min(octets, day.octets);
  }
  if (before == 0) return false;
  TRY(delete_counters(database_, before));
  dropped_counters_ = true;
  return true;
}

base::Result<bool> Expiry::drop_events(std::uint64_t octets) {
  auto hours = TRY(parts(database_,
                         "SELECT hour, CAST(SUM(octets) AS BIGINT) FROM event_hours"
                         " GROUP BY hour ORDER BY hour"));
  const std::int64_t newest = hour_of(time_.newest);
  bool dropped = false;
  for (const Part& hour : in_order(std::move(hours), newest)) {
    if (octets == 0) break;
    const auto deleted = TRY(delete_events(database_, hour.number, hour.number + 1));
    (hour.number > newest ? to_come_ : expired_.events) += deleted;
    octets -= std::min(octets, hour.octets);
    dropped = true;
  }
  return dropped;
}

base::Result<bool> Expiry::make_room(std::uint64_t octets) {
  const bool counters = TRY(drop_counters(octets));
  if (octets == 0) return counters;
  const bool events = TRY(drop_events(octets));
  return counters || events;
}

base::Result<Expired> Expiry::run() {
  TRY(expire_old());
  if (retention_.octets_max == 0) return std::move(expired_);
  // Somewhat less, so that not each event that comes costs another one.
  const std::uint64_t wanted = retention_.octets_max - retention_.octets_max / 8;
  for (int round = 0; round < rounds_max; ++round) {
    const std::uint64_t octets = TRY(store_octets(database_));
    if (octets <= (round == 0 ? retention_.octets_max : wanted)) break;
    if (!TRY(make_room(octets - wanted))) break;
  }
  if (to_come_ > 0) {
    expired_.events += to_come_;
    expired_.warnings.push_back(
        std::to_string(to_come_) +
        " events of days that have not come yet were deleted, as size_mib_max is exceeded: a"
        " gateway's clock is, or was, wrong");
  }
  const bool deleted = expired_.events > 0 || dropped_counters_;
  if (!deleted && database_.dialect() != Database::Dialect::sqlite) return std::move(expired_);
  if (const auto shrunk = database_.shrink(retention_.octets_max); !shrunk) {
    expired_.warnings.push_back(shrunk.error().what);
  }
  return std::move(expired_);
}

}  // namespace

base::Result<Expired> expire(Database& database, const Retention& retention, base::WallTime now) {
  return alone(database, retention_key, [&]() -> base::Result<Expired> {
    PlausibleTime time = TRY(plausible_time(database, now));
    return Expiry(database, retention, now, std::move(time)).run();
  });
}

}  // namespace store
