#include "store/report_counts.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "store/sql.hpp"
#include "store/time_columns.hpp"
#include "verify/crypto/digest.hpp"

namespace store {

namespace {

constexpr std::size_t columns = 7;
constexpr std::int64_t count_overhead = 400;  // On disk beside its JSON: columns, indexes.
// A row that is not JSON is one that a report has no room for (outbox/day_rows.cpp).
constexpr const char* rest_hash = "rest";

using DomainDay = std::pair<std::int64_t, std::string>;  // Day, policy domain.
struct Sum {
  std::string row_json;
  std::int64_t messages = 0;
  std::int64_t causes = 0;
  std::int64_t last_ms = 0;

  void add(const Counted& message) {
    messages += 1;
    causes += message.causes ? 1 : 0;
    last_ms = std::max(last_ms, milliseconds_of(message.time));
  }
};
using Sums = std::map<std::string, Sum>;  // By hash.

// What a domain has of rows on a day, and what these messages add.
struct Growth {
  std::int64_t rows = 0;
  std::int64_t octets = 0;
};

base::Result<void> upsert(Database& database, const DomainDay& key,
                          std::span<const std::pair<std::string, Sum>> sums, Growth& growth) {
  std::vector<SqlValue> parameters;
  std::map<std::string_view, const Sum*> by_hash;
  for (const auto& [hash, sum] : sums) {
    for (SqlValue& value : to_parameters(key.first, key.second, hash, sum.row_json, sum.messages,
                                         sum.causes, sum.last_ms)) {
      parameters.push_back(std::move(value));
    }
    by_hash[hash] = &sum;
  }
  const std::string sql =
      "INSERT INTO report_rows (day, policy_domain, row_hash, row_json, messages, causes, last_ms)"
      " VALUES " +
      values_list(sums.size(), columns) +
      " ON CONFLICT (day, policy_domain, row_hash) DO UPDATE SET"
      " messages = report_rows.messages + excluded.messages,"
      " causes = report_rows.causes + excluded.causes,"
      " last_ms = CASE WHEN excluded.last_ms > report_rows.last_ms"
      " THEN excluded.last_ms ELSE report_rows.last_ms END RETURNING row_hash, messages";
  const auto rows = TRY(fetch<std::string, std::int64_t>(database, sql, parameters));
  for (const auto& [hash, messages] : rows) {
    const Sum& sum = *by_hash.at(hash);
    if (messages != sum.messages) continue;  // It was there before.
    growth.rows += 1;
    growth.octets += static_cast<std::int64_t>(sum.row_json.size()) + count_overhead;
  }
  return {};
}

base::Result<void> upsert_all(Database& database, const DomainDay& key, const Sums& sums,
                              Growth& growth) {
  const std::vector<std::pair<std::string, Sum>> all(sums.begin(), sums.end());
  std::span<const std::pair<std::string, Sum>> rest = all;
  while (!rest.empty()) {
    const auto chunk = rest.first(std::min(rest.size(), rows_per_statement_max));
    TRY(upsert(database, key, chunk, growth));
    rest = rest.subspan(chunk.size());
  }
  return {};
}

base::Result<std::int64_t> rows_of(Database& database, const DomainDay& key) {
  const auto rows = TRY(fetch_first<std::int64_t>(
      database, "SELECT row_count FROM report_days WHERE day = $1 AND policy_domain = $2",
      key.first, key.second));
  return rows.value_or(0);
}

// Those of `sums` that have a row.
base::Result<std::set<std::string>> known_hashes(Database& database, const DomainDay& key,
                                                 const Sums& sums) {
  std::set<std::string> known;
  std::vector<SqlValue> parameters = {key.first, key.second};
  std::string list;
  const auto ask = [&]() -> base::Result<void> {
    const auto hashes = TRY(
        fetch<std::string>(database,
                           "SELECT row_hash FROM report_rows WHERE day = $1 AND policy_domain = $2"
                           " AND row_hash IN (" +
                               list + ")",
                           parameters));
    known.insert(hashes.begin(), hashes.end());
    parameters.resize(2);
    list.clear();
    return {};
  };
  for (const auto& [hash, sum] : sums) {
    parameters.emplace_back(hash);
    list.append(list.empty() ? "$" : ", $").append(std::to_string(parameters.size()));
    if (parameters.size() < rows_per_statement_max) continue;
    TRY(ask());
  }
  if (!list.empty()) TRY(ask());
  return known;
}

// Without what a sender can make up anew for each message.
ReportRow plain(ReportRow row) {
  row.dkim.clear();
  row.spf.reset();
  row.envelope_from.clear();
  row.header_from = row.policy_domain;
  for (OverrideReason& reason : row.reasons)
    reason.comment.clear();
  return row;
}

using Messages = std::vector<const Counted*>;

Sums sum_up(const Messages& messages, bool detailed) {
  Sums sums;
  for (const Counted* message : messages) {
    std::string json = to_json(detailed ? message->row : plain(message->row));
    Sum& sum = sums[crypto::digest(json)];
    sum.row_json = std::move(json);
    sum.add(*message);
  }
  return sums;
}

// Takes out of `sums` the rows past the limit, and out of `messages` the others. `room`: for so
// many new ones; less than none is none.
base::Result<Messages> take_excess(Database& database, const DomainDay& key, Sums& sums,
                                   std::int64_t room, const Messages& messages, bool detailed) {
  if (static_cast<std::int64_t>(sums.size()) <= room) return Messages();
  const auto known = TRY(known_hashes(database, key, sums));
  std::set<std::string> excess;
  for (const auto& [hash, sum] : sums) {
    if (!known.contains(hash) && room-- <= 0) excess.insert(hash);
  }
  Messages rest;
  for (const Counted* message : messages) {
    const std::string hash = crypto::digest(to_json(detailed ? message->row : plain(message->row)));
    if (excess.contains(hash)) rest.push_back(message);
  }
  std::erase_if(sums, [&](const auto& entry) { return excess.contains(entry.first); });
  return rest;
}

base::Result<void> count_day(Database& database, const DomainDay& key, const Messages& messages,
                             const CountLimits& limits) {
  const std::int64_t rows = TRY(rows_of(database, key));
  const auto limit = static_cast<std::int64_t>(limits.detailed);
  Growth growth;
  Sums sums = sum_up(messages, true);
  const Messages excess = TRY(take_excess(database, key, sums, limit - rows, messages, true));
  Sums plain_sums = sum_up(excess, false);
  const std::int64_t room = 2 * limit - rows - static_cast<std::int64_t>(sums.size());
  const Messages rest = TRY(take_excess(database, key, plain_sums, room, excess, false));
  sums.merge(plain_sums);
  for (const auto& [hash, sum] : plain_sums) {  // A row that was plain by itself.
    sums[hash].messages += sum.messages;
    sums[hash].causes += sum.causes;
  }
  for (const Counted* message : rest)
    sums[rest_hash].add(*message);
  TRY(upsert_all(database, key, sums, growth));
  if (growth.rows == 0) return {};
  return run(
      database,
      "INSERT INTO report_days (day, policy_domain, row_count, octets) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (day, policy_domain) DO UPDATE SET"
      " row_count = report_days.row_count + excluded.row_count,"
      " octets = report_days.octets + excluded.octets",
      key.first, key.second, growth.rows, growth.octets);
}

}  // namespace

base::Result<void> count(Database& database, const std::vector<Counted>& messages,
                         const CountLimits& limits) {
  std::map<DomainDay, Messages> by_day;
  for (const Counted& message : messages) {
    const DomainDay key(number_of(day_of(message.time)), message.row.policy_domain);
    by_day[key].push_back(&message);
  }
  for (const auto& [key, of_day] : by_day) {
    TRY(count_day(database, key, of_day, limits));
  }
  return {};
}

}  // namespace store
