#include "report/day_rows.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
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

// row_hash, row_json, messages, causes, last_ms.
using CountedRow =
    std::tuple<std::string, std::string, std::uint64_t, std::uint64_t, base::WallTime>;
// How many records and messages.
using Sums = std::tuple<std::uint64_t, std::uint64_t>;

// In the order in which collectors lock them, so that nobody waits in a circle. SQLite has one
// writer at a time, and no such locks.
base::Result<void> lock_rows(store::Database& database, const DayRowsQuery& query) {
  if (database.dialect() == store::Database::Dialect::sqlite) return {};
  return store::run(database,
                    "SELECT COUNT(*) FROM (SELECT 1" + std::string(rows_to_take) +
                        " ORDER BY day, row_hash FOR UPDATE) AS locked",
                    query.day, query.policy_domain);
}

DayRows read_rows(const std::vector<CountedRow>& found) {
  DayRows rows;
  std::map<std::string, AggregateRecord> records;  // In a fixed order; equal rows of two days once.
  for (const auto& [hash, json, messages, causes, last] : found) {
    auto read = store::row_from_json(json);
    if (!read) {  // Another version's: the domain gets its report all the same.
      ++rows.left_out.records;
      rows.left_out.messages += messages;
      continue;
    }
    AggregateRecord& record = records[hash];
    record.row = *std::move(read);
    record.messages += messages;
    record.last = std::max(record.last, last);
    rows.messages += messages;
    rows.caused = rows.caused || causes > 0;
  }
  for (auto& [hash, record] : records)
    rows.records.push_back(std::move(record));
  return rows;
}

LeftOut with_more(LeftOut left_out, const Sums& more) {
  const auto& [records, messages] = more;
  return {.records = left_out.records + records, .messages = left_out.messages + messages};
}

// "UPDATE …": what is among `rows` is reported from now on.
std::string take(const std::string& rows) {
  return "UPDATE report_rows SET taken = messages - reported, reported = messages"
         " WHERE (day, policy_domain, row_hash) IN (SELECT day, policy_domain, row_hash" +
         rows + ")";
}

}  // namespace

base::Result<DayRows> take_rows(store::Database& database, const DayRowsQuery& query) {
  TRY(lock_rows(database, query));
  const std::string all(rows_to_take);
  // One statement, so that nothing a collector adds at the same time is missed or doubled.
  const auto found = TRY(
      store::fetch<CountedRow>(database,
                               take(all + " ORDER BY messages - reported DESC, row_hash LIMIT $3") +
                                   " RETURNING row_hash, row_json, taken, causes, last_ms",
                               query.day, query.policy_domain, query.records_max));
  DayRows rows = read_rows(found);
  if (found.size() < query.records_max) return rows;
  const auto more = TRY(store::fetch_one<Sums>(
      database, "SELECT COUNT(*), CAST(COALESCE(SUM(messages - reported), 0) AS BIGINT)" + all,
      query.day, query.policy_domain));
  rows.left_out = with_more(rows.left_out, more);
  TRY(store::run(database, take(all), query.day, query.policy_domain));
  return rows;
}

base::Result<DayRows> peek_rows(store::Database& database, const DayRowsQuery& query) {
  const std::string all(rows_of_day);
  const std::string shown = all + " ORDER BY messages DESC, row_hash LIMIT $3";
  DayRows rows = read_rows(TRY(store::fetch<CountedRow>(
      database, "SELECT row_hash, row_json, messages, causes, last_ms" + shown, query.day,
      query.policy_domain, query.records_max)));
  const auto more =
      TRY(store::fetch_one<Sums>(database,
                                 "SELECT COUNT(*), CAST(COALESCE(SUM(messages), 0) AS BIGINT)" +
                                     all + " AND row_hash NOT IN (SELECT row_hash" + shown + ")",
                                 query.day, query.policy_domain, query.records_max));
  rows.left_out = with_more(rows.left_out, more);
  return rows;
}

}  // namespace report
