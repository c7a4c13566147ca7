#include "report/store/report_counts.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "report/digest.hpp"
#include "report/store/sql.hpp"
#include "report/store/time_columns.hpp"

namespace report {

namespace {

constexpr std::size_t columns = 7;

using Key = std::tuple<std::int64_t, std::string, std::string>;  // Day, policy domain, hash.
struct Sum {
  std::string row_json;
  std::int64_t messages = 0;
  std::int64_t causes = 0;
  std::int64_t last_ms = 0;
};
using Sums = std::map<Key, Sum>;

Sums sum_up(const std::vector<Counted>& messages) {
  Sums sums;
  for (const Counted& message : messages) {
    std::string json = to_json(message.row);
    const Key key(number_of(day_of(message.time)), message.row.policy_domain, digest(json));
    Sum& sum = sums[key];
    sum.row_json = std::move(json);
    sum.messages += 1;
    sum.causes += message.causes ? 1 : 0;
    sum.last_ms = std::max(sum.last_ms, milliseconds_of(message.time));
  }
  return sums;
}

base::Result<void> upsert(Database& database, const std::vector<SqlValue>& parameters) {
  const std::string sql =
      "INSERT INTO report_rows (day, policy_domain, row_hash, row_json, messages, causes, last_ms)"
      " VALUES " +
      values_list(parameters.size() / columns, columns) +
      " ON CONFLICT (day, policy_domain, row_hash) DO UPDATE SET"
      " messages = report_rows.messages + excluded.messages,"
      " causes = report_rows.causes + excluded.causes,"
      " last_ms = CASE WHEN excluded.last_ms > report_rows.last_ms"
      " THEN excluded.last_ms ELSE report_rows.last_ms END";
  const auto done = database.execute(sql, parameters);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace

base::Result<void> count(Database& database, const std::vector<Counted>& messages) {
  std::vector<SqlValue> parameters;
  for (auto& [key, sum] : sum_up(messages)) {
    const auto& [day, domain, row_hash] = key;
    for (SqlValue value :
         {SqlValue(day), SqlValue(domain), SqlValue(row_hash), SqlValue(sum.row_json),
          SqlValue(sum.messages), SqlValue(sum.causes), SqlValue(sum.last_ms)}) {
      parameters.push_back(std::move(value));
    }
    if (parameters.size() < rows_per_statement_max * columns) continue;
    if (const auto done = upsert(database, parameters); !done) return done;
    parameters.clear();
  }
  return parameters.empty() ? base::Result<void>() : upsert(database, parameters);
}

}  // namespace report
