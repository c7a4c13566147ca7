#include "report/store/retention.hpp"

#include <algorithm>

#include "report/store/sql.hpp"
#include "report/store/time_columns.hpp"

namespace report {

namespace {

constexpr std::string_view lock_key = "retention";
constexpr std::int64_t chunk_max = 1000;

// The first hour to keep so that what is kept is not too much.
base::Result<std::int64_t> first_within(Database& database, std::uint64_t octets_max) {
  const auto rows = database.execute(
      "SELECT hour, CAST(SUM(octets) AS BIGINT) FROM event_hours GROUP BY hour ORDER BY hour DESC");
  if (!rows) return std::unexpected(rows.error());
  std::uint64_t sum = 0;
  for (const SqlRow& row : *rows) {
    sum += static_cast<std::uint64_t>(number(row[1]));
    const bool newest = &row == &rows->front();
    if (sum > octets_max) return number(row[0]) + (newest ? 0 : 1);
  }
  return 0;
}

base::Result<std::uint64_t> expire_events(Database& database, std::int64_t first_hour) {
  std::uint64_t deleted = 0;
  const SqlValue events[] = {milliseconds_of(base::WallTime(std::chrono::hours(first_hour))),
                             chunk_max};
  while (true) {
    const auto rows = database.execute(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE time_ms < $1"
        " ORDER BY time_ms, id LIMIT $2) RETURNING 1",
        events);
    if (!rows) return std::unexpected(rows.error());
    deleted += rows->size();
    if (static_cast<std::int64_t>(rows->size()) < chunk_max) break;
  }
  const SqlValue sums[] = {first_hour};
  const auto done = database.execute("DELETE FROM event_hours WHERE hour < $1", sums);
  if (!done) return std::unexpected(done.error());
  return deleted;
}

base::Result<std::uint64_t> expire_alone(Database& database, const Retention& retention,
                                         base::WallTime now) {
  std::int64_t first = hour_of(now - retention.events);
  if (retention.octets_max > 0) {
    const auto within = first_within(database, retention.octets_max);
    if (!within) return std::unexpected(within.error());
    first = std::max(first, *within);
  }
  const SqlValue day[] = {number_of(day_of(now - retention.counters))};
  for (const std::string_view sql :
       {"DELETE FROM report_rows WHERE day < $1", "DELETE FROM unread_lines WHERE day < $1"}) {
    if (const auto done = database.execute(sql, day); !done) return std::unexpected(done.error());
  }
  return expire_events(database, first);
}

}  // namespace

base::Result<std::uint64_t> expire(Database& database, const Retention& retention,
                                   base::WallTime now) {
  const auto locked = database.try_lock(lock_key);
  if (!locked) return std::unexpected(locked.error());
  if (!*locked) return 0;
  auto deleted = expire_alone(database, retention, now);
  if (const auto released = database.release(lock_key); !released && deleted) {
    return std::unexpected(released.error());
  }
  return deleted;
}

}  // namespace report
