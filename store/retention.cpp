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
constexpr std::int64_t chunk_max = 100;  // Few, so that little room is needed to make some.
// Days are made up for a week back (outbox.cpp): counts of before are in a report, or never will
// be.
constexpr std::chrono::days counters_of_use{8};
constexpr int rounds_max = 50;  // What rows take is an estimate.

struct Part {  // An hour or a day.
  std::int64_t number = 0;
  std::uint64_t octets = 0;
};

base::Result<std::vector<Part>> parts(Database& database, std::string_view sql) {
  const auto rows = database.execute(sql);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Part> parts;
  for (const SqlRow& row : *rows)
    parts.push_back({number(row[0]), static_cast<std::uint64_t>(number(row[1]))});
  return parts;
}

// Events of the hours from `begin` to before `end`.
base::Result<std::uint64_t> delete_events(Database& database, std::int64_t begin,
                                          std::int64_t end) {
  std::uint64_t deleted = 0;
  const SqlValue events[] = {milliseconds_of(base::WallTime(std::chrono::hours(begin))),
                             milliseconds_of(base::WallTime(std::chrono::hours(end))), chunk_max};
  while (true) {
    const auto rows = database.execute(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE time_ms >= $1 AND time_ms < $2"
        " ORDER BY time_ms, id LIMIT $3) RETURNING 1",
        events);
    if (!rows) return std::unexpected(rows.error());
    deleted += rows->size();
    if (static_cast<std::int64_t>(rows->size()) < chunk_max) break;
  }
  const SqlValue sums[] = {begin, end};
  const auto done =
      database.execute("DELETE FROM event_hours WHERE hour >= $1 AND hour < $2", sums);
  if (!done) return std::unexpected(done.error());
  return deleted;
}

base::Result<void> delete_days(Database& database, std::string_view table, std::int64_t before) {
  const SqlValue day[] = {before};
  const auto done = database.execute("DELETE FROM " + std::string(table) + " WHERE day < $1", day);
  if (!done) return std::unexpected(done.error());
  return {};
}

base::Result<void> delete_counters(Database& database, std::int64_t before) {
  if (const auto done = delete_days(database, "report_rows", before); !done) return done;
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
  const SqlValue span[] = {first, hour_of(now_ - retention_.events)};
  const auto doubtful = database_.execute(
      "SELECT CAST(COALESCE(SUM(events), 0) AS BIGINT) FROM event_hours"
      " WHERE hour >= $1 AND hour < $2",
      span);
  if (!doubtful) return std::unexpected(doubtful.error());
  if (const std::int64_t kept = number(doubtful->front()[0]); kept > 0 && !time_.doubt.empty()) {
    expired_.warnings.push_back(std::to_string(kept) +
                                " events past retention_days are kept: " + time_.doubt);
  }
  const std::int64_t day = number_of(day_of(time_.oldest - retention_.counters));
  if (const auto done = delete_counters(database_, day); !done) return done;
  if (const auto done = delete_days(database_, "unread_lines", day); !done) return done;
  const auto deleted = delete_events(database_, 0, first);
  if (!deleted) return std::unexpected(deleted.error());
  expired_.events += *deleted;
  return {};
}

base::Result<bool> Expiry::drop_counters(std::uint64_t& octets) {
  const std::int64_t of_use = number_of(day_of(time_.oldest - counters_of_use));
  const auto days = parts(database_,
                          "SELECT day, CAST(SUM(octets) AS BIGINT) FROM report_days"
                          " GROUP BY day ORDER BY day");
  if (!days) return std::unexpected(days.error());
  std::int64_t before = 0;
  for (const Part& day : *days) {
    if (day.number >= of_use || octets == 0) break;
    before = day.number + 1;
    octets -= std::min(octets, day.octets);
  }
  if (before == 0) return false;
  if (const auto done = delete_counters(database_, before); !done) {
    return std::unexpected(done.error());
  }
  dropped_counters_ = true;
  return true;
}

base::Result<bool> Expiry::drop_events(std::uint64_t octets) {
  auto hours = parts(database_,
                     "SELECT hour, CAST(SUM(octets) AS BIGINT) FROM event_hours"
                     " GROUP BY hour ORDER BY hour");
  if (!hours) return std::unexpected(hours.error());
  const std::int64_t newest = hour_of(time_.newest);
  bool dropped = false;
  for (const Part& hour : in_order(*std::move(hours), newest)) {
    if (octets == 0) break;
    const auto deleted = delete_events(database_, hour.number, hour.number + 1);
    if (!deleted) return std::unexpected(deleted.error());
    (hour.number > newest ? to_come_ : expired_.events) += *deleted;
    octets -= std::min(octets, hour.octets);
    dropped = true;
  }
  return dropped;
}

base::Result<bool> Expiry::make_room(std::uint64_t octets) {
  const auto counters = drop_counters(octets);
  if (!counters || octets == 0) return counters;
  const auto events = drop_events(octets);
  if (!events) return events;
  return *counters || *events;
}

base::Result<Expired> Expiry::run() {
  if (const auto done = expire_old(); !done) return std::unexpected(done.error());
  if (retention_.octets_max == 0) return std::move(expired_);
  // Somewhat less, so that not each event that comes costs another one.
  const std::uint64_t wanted = retention_.octets_max - retention_.octets_max / 8;
  for (int round = 0; round < rounds_max; ++round) {
    const auto octets = store_octets(database_);
    if (!octets) return std::unexpected(octets.error());
    if (*octets <= (round == 0 ? retention_.octets_max : wanted)) break;
    const auto more = make_room(*octets - wanted);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
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
  const auto locked = database.try_lock(retention_key);
  if (!locked) return std::unexpected(locked.error());
  if (!*locked) return Expired();
  auto expired = [&]() -> base::Result<Expired> {
    auto time = plausible_time(database, now);
    if (!time) return std::unexpected(time.error());
    return Expiry(database, retention, now, *std::move(time)).run();
  }();
  if (const auto released = database.release(retention_key); !released && expired) {
    return std::unexpected(released.error());
  }
  return expired;
}

}  // namespace store
