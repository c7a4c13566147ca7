#include "store/migrations.hpp"

#include <chrono>
#include <string>
#include <thread>

#include "store/sql.hpp"

namespace store {

namespace {

constexpr std::string_view migration_key = "migration";
constexpr std::chrono::milliseconds lock_pause{50};
constexpr int lock_attempts_max = 1200;  // One minute.

// 0: there are no tables yet.
base::Result<int> read_version(Database& database) {
  return fetch_one<int>(database, "SELECT MAX(version) FROM postern_schema");
}

std::unexpected<base::Error> newer(int version, int known) {
  return base::fail("store: its tables are of version " + std::to_string(version) +
                    ", newer than version " + std::to_string(known) +
                    " of this program; nothing was changed, use a newer postern");
}

base::Result<void> take_lock(Database& database) {
  for (int i = 0; i < lock_attempts_max; ++i) {
    if (TRY(database.try_lock(migration_key))) return {};
    std::this_thread::sleep_for(lock_pause);
  }
  return base::fail("store: another process has been changing the tables for a minute");
}

base::Result<void> take(Database& database, const Migration& step) {
  return in_transaction(database, [&]() -> base::Result<void> {
    for (const std::string_view statement : step.statements)
      TRY(run(database, statement));
    return run(database, "INSERT INTO postern_schema VALUES ($1)", step.version);
  });
}

base::Result<void> take_from(Database& database, int version, std::span<const Migration> steps,
                             const Progress& progress) {
  std::size_t done = 0;
  for (const Migration& step : steps) {
    if (step.version > version) {
      if (progress) progress(step.what, done, steps.size());
      TRY(take(database, step));
    }
    ++done;
  }
  if (progress) progress("done", done, steps.size());
  return {};
}

base::Result<void> migrate_alone(Database& database, std::span<const Migration> steps,
                                 const Progress& progress) {
  TRY(run(database,
          "CREATE TABLE IF NOT EXISTS postern_schema (version BIGINT NOT NULL PRIMARY KEY)"));
  const int version = TRY(read_version(database));  // Again: another process may have been faster.
  const int known = steps.back().version;
  if (version > known) return newer(version, known);
  if (version == known) return {};
  return take_from(database, version, steps, progress);
}

}  // namespace

std::span<const Migration> migrations() {
  // Times are milliseconds, hours and days since 1970, UTC. Names of columns avoid SQL's words.
  static const std::vector<Migration> steps = {
      {1,
       "create tables",
       {
           "CREATE TABLE events (id TEXT NOT NULL PRIMARY KEY, time_ms BIGINT NOT NULL, "
           "gateway TEXT NOT NULL, queue_id TEXT NOT NULL, from_domain TEXT NOT NULL, "
           "action_taken TEXT NOT NULL, action_wanted TEXT NOT NULL, rule_name TEXT NOT NULL, "
           "line TEXT NOT NULL)",
           "CREATE INDEX events_by_time ON events (time_ms, id)",
           "CREATE INDEX events_by_queue_id ON events (queue_id)",
           "CREATE INDEX events_by_from_domain ON events (from_domain, time_ms, id)",
           "CREATE TABLE event_hours (spool TEXT NOT NULL, hour BIGINT NOT NULL, "
           "events BIGINT NOT NULL, octets BIGINT NOT NULL, PRIMARY KEY (spool, hour))",
           "CREATE TABLE positions (spool TEXT NOT NULL, segment TEXT NOT NULL, "
           "octets BIGINT NOT NULL, PRIMARY KEY (spool, segment))",
           "CREATE TABLE unread_lines (spool TEXT NOT NULL, segment TEXT NOT NULL, "
           "position BIGINT NOT NULL, day BIGINT NOT NULL, fault TEXT NOT NULL, "
           "why TEXT NOT NULL, line BYTEA NOT NULL, PRIMARY KEY (spool, segment, position))",
           "CREATE TABLE report_rows (day BIGINT NOT NULL, policy_domain TEXT NOT NULL, "
           "row_hash TEXT NOT NULL, row_json TEXT NOT NULL, messages BIGINT NOT NULL, "
           "causes BIGINT NOT NULL, PRIMARY KEY (day, policy_domain, row_hash))",
       }},
      {2,
       "create tables of outgoing reports",
       {
           // Of `messages`, how many are in a report; and how many the last report took.
           "ALTER TABLE report_rows ADD COLUMN reported BIGINT NOT NULL DEFAULT 0",
           "ALTER TABLE report_rows ADD COLUMN taken BIGINT NOT NULL DEFAULT 0",
           "CREATE INDEX report_rows_unreported ON report_rows (day, policy_domain) "
           "WHERE messages > reported",
           "CREATE TABLE reports (report_id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, "
           "day BIGINT NOT NULL, policy_domain TEXT NOT NULL, incident TEXT NOT NULL, "
           "organization TEXT NOT NULL, mailbox TEXT NOT NULL, state TEXT NOT NULL, "
           "why TEXT NOT NULL, made_ms BIGINT NOT NULL, records BIGINT NOT NULL, "
           "messages BIGINT NOT NULL, body BYTEA NOT NULL, "
           "UNIQUE (kind, day, policy_domain, incident))",
           "CREATE TABLE deliveries (report_id TEXT NOT NULL, destination TEXT NOT NULL, "
           "state TEXT NOT NULL, attempts BIGINT NOT NULL, next_ms BIGINT NOT NULL, "
           "sent_ms BIGINT NOT NULL, reply_code BIGINT NOT NULL, reply TEXT NOT NULL, "
           "PRIMARY KEY (report_id, destination))",
           "CREATE INDEX deliveries_by_time ON deliveries (state, next_ms)",
           "CREATE TABLE suppressions (destination TEXT NOT NULL PRIMARY KEY, "
           "rejections BIGINT NOT NULL, until_ms BIGINT NOT NULL, why TEXT NOT NULL)",
           "CREATE TABLE destination_days (destination TEXT NOT NULL, day BIGINT NOT NULL, "
           "messages BIGINT NOT NULL, PRIMARY KEY (destination, day))",
       }},
      {3,
       "create a table of failures to report",
       {
           "CREATE TABLE failures (hour BIGINT NOT NULL, incident TEXT NOT NULL, "
           "line TEXT NOT NULL, messages BIGINT NOT NULL, first_ms BIGINT NOT NULL, "
           "PRIMARY KEY (hour, incident))",
       }},
      {4,
       "note when counters last changed",
       {
           "ALTER TABLE report_rows ADD COLUMN last_ms BIGINT NOT NULL DEFAULT 0",
       }},
      {5,
       "make room for compressed events",
       {
           // Events of before keep their `line`; it is empty where this is not NULL.
           "ALTER TABLE events ADD COLUMN line_gz BYTEA",
       }},
      {6,
       "add up counters, and name the store",
       {
           "CREATE TABLE report_days (day BIGINT NOT NULL, policy_domain TEXT NOT NULL, "
           "row_count BIGINT NOT NULL, octets BIGINT NOT NULL, PRIMARY KEY (day, policy_domain))",
           "INSERT INTO report_days SELECT day, policy_domain, COUNT(*), "
           "CAST(SUM(LENGTH(row_json) + 400) AS BIGINT) FROM report_rows "
           "GROUP BY day, policy_domain",
           "CREATE TABLE store_identity (one BIGINT NOT NULL PRIMARY KEY, id TEXT NOT NULL)",
       }},
  };
  return steps;
}

base::Result<void> migrate(Database& database, std::span<const Migration> steps,
                           const Progress& progress) {
  // Fails when there is no such table, too; then the attempt to make it tells what is wrong.
  const int known = steps.back().version;
  const auto version = read_version(database);
  if (version && *version == known) return {};
  if (version && *version > known) return newer(*version, known);
  TRY(take_lock(database));
  const auto migrated = migrate_alone(database, steps, progress);
  TRY(database.release(migration_key));
  return migrated;
}

base::Result<void> check_version(Database& database, std::span<const Migration> steps) {
  const int known = steps.back().version;
  const auto version = read_version(database);
  if (!version) return base::fail(version.error().what + "; \"postern collect\" makes the tables");
  if (*version == known) return {};
  if (*version > known) return newer(*version, known);
  return base::fail("store: its tables are of version " + std::to_string(*version) +
                    "; \"postern collect\" brings them to version " + std::to_string(known));
}

}  // namespace store
