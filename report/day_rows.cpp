#include "report/day_rows.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "store/sql.hpp"

namespace report {

namespace {

constexpr std::string_view rows_to_take =
    " FROM report_rows WHERE policy_domain = $2 AND messages > reported AND day <= $1"
    " AND (day = $1 OR EXISTS (SELECT 1 FROM reports p WHERE p.kind = 'aggregate'"
    " AND p.day = report_rows.day AND p.policy_domain = report_rows.policy_domain"
    " AND p.incident = ''))";
constexpr std::string_view rows_of_day = " FROM report_rows WHERE policy_domain = $2 AND day = $1";

// In the order in which collectors lock them, so that nobody waits in a circle. SQLite has one
// writer at a time, and no such locks.
base::Result<void> lock_rows(store::Database& database,
                             std::span<const store::SqlValue> parameters) {
  if (database.dialect() == store::Database::Dialect::sqlite) return {};
  const auto locked =
      database.execute("SELECT COUNT(*) FROM (SELECT 1" + std::string(rows_to_take) +
                           " ORDER BY day, row_hash FOR UPDATE) AS locked",
                       parameters);
  if (!locked) return std::unexpected(locked.error());
  return {};
}

// Of row_hash, row_json, messages, causes, last_ms.
DayRows read_rows(const std::vector<store::SqlRow>& found) {
  DayRows rows;
  std::map<std::string, AggregateRecord> records;  // In a fixed order; equal rows of two days once.
  for (const store::SqlRow& row : found) {
    const auto messages = static_cast<std::uint64_t>(store::number(row[2]));
    auto read = store::row_from_json(store::text(row[1]));
    if (!read) {  // Another version's: the domain gets its report all the same.
      ++rows.left_out.records;
      rows.left_out.messages += messages;
      continue;
    }
    AggregateRecord& record = records[store::text(row[0])];
    record.row = *std::move(read);
    record.messages += messages;
    record.last = std::max(record.last, store::time_of(store::number(row[4])));
    rows.messages += messages;
    rows.caused = rows.caused || store::number(row[3]) > 0;
  }
  for (auto& [hash, record] : records)
    rows.records.push_back(std::move(record));
  return rows;
}

// `sql` gives how many records and messages there were more.
base::Result<void> add_left_out(store::Database& database, DayRows& rows, const std::string& sql,
                                std::span<const store::SqlValue> parameters) {
  const auto more = database.execute(sql, parameters);
  if (!more) return std::unexpected(more.error());
  rows.left_out.records += static_cast<std::uint64_t>(store::number(more->front()[0]));
  rows.left_out.messages += static_cast<std::uint64_t>(store::number(more->front()[1]));
  return {};
}

// "UPDATE …": what is among `rows` is reported from now on.
std::string take(const std::string& rows) {
  return "UPDATE report_rows SET taken = messages - reported, reported = messages"
         " WHERE (day, policy_domain, row_hash) IN (SELECT day, policy_domain, row_hash" +
         rows + ")";
}

}  // namespace

base::Result<DayRows> take_rows(store::Database& database, const DayRowsQuery& query) {
  const store::SqlValue parameters[] = {store::number_of(query.day), query.policy_domain};
  const store::SqlValue bounded[] = {store::number_of(query.day), query.policy_domain,
                                     static_cast<std::int64_t>(query.records_max)};
  if (const auto locked = lock_rows(database, parameters); !locked) {
    return std::unexpected(locked.error());
  }
  const std::string all(rows_to_take);
  // One statement, so that nothing a collector adds at the same time is missed or doubled.
  const auto found =
      database.execute(take(all + " ORDER BY messages - reported DESC, row_hash LIMIT $3") +
                           " RETURNING row_hash, row_json, taken, causes, last_ms",
                       bounded);
  if (!found) return std::unexpected(found.error());
  DayRows rows = read_rows(*found);
  if (found->size() < query.records_max) return rows;
  const auto counted = add_left_out(
      database, rows,
      "SELECT COUNT(*), CAST(COALESCE(SUM(messages - reported), 0) AS BIGINT)" + all, parameters);
  if (!counted) return std::unexpected(counted.error());
  const auto taken = database.execute(take(all), parameters);
  if (!taken) return std::unexpected(taken.error());
  return rows;
}

base::Result<DayRows> peek_rows(store::Database& database, const DayRowsQuery& query) {
  const store::SqlValue parameters[] = {store::number_of(query.day), query.policy_domain,
                                        static_cast<std::int64_t>(query.records_max)};
  const std::string all(rows_of_day);
  const std::string shown = all + " ORDER BY messages DESC, row_hash LIMIT $3";
  const auto found =
      database.execute("SELECT row_hash, row_json, messages, causes, last_ms" + shown, parameters);
  if (!found) return std::unexpected(found.error());
  DayRows rows = read_rows(*found);
  const auto counted = add_left_out(database, rows,
                                    "SELECT COUNT(*), CAST(COALESCE(SUM(messages), 0) AS BIGINT)" +
                                        all + " AND row_hash NOT IN (SELECT row_hash" + shown + ")",
                                    parameters);
  if (!counted) return std::unexpected(counted.error());
  return rows;
}

}  // namespace report
