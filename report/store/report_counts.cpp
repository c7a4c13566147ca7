#include "report/store/report_counts.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include "report/store/sql.hpp"
#include "verify/crypto/crypto.hpp"

namespace report {

namespace {

constexpr std::size_t hash_octets = 16;  // Of SHA-256: nobody finds two rows of one key.
constexpr std::size_t columns = 6;
constexpr std::int64_t page_max = 200;

using Key = std::tuple<std::int64_t, std::string, std::string>;  // Day, policy domain, hash.
struct Sum {
  std::string row_json;
  std::int64_t messages = 0;
  std::int64_t causes = 0;
};
using Sums = std::map<Key, Sum>;

std::string hash(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  const crypto::Sha256 digest = crypto::sha256(std::as_bytes(std::span(text)));
  std::string hex;
  for (const std::byte octet : std::span(digest).first(hash_octets)) {
    hex += digits[std::to_integer<unsigned>(octet) >> 4];
    hex += digits[std::to_integer<unsigned>(octet) & 0xF];
  }
  return hex;
}

Sums sum_up(const std::vector<Counted>& messages) {
  Sums sums;
  for (const Counted& message : messages) {
    std::string json = to_json(message.row);
    const Key key(number_of(message.day), message.row.policy_domain, hash(json));
    Sum& sum = sums[key];
    sum.row_json = std::move(json);
    sum.messages += 1;
    sum.causes += message.causes ? 1 : 0;
  }
  return sums;
}

base::Result<void> upsert(Database& database, const std::vector<SqlValue>& parameters) {
  const std::string sql =
      "INSERT INTO report_rows (day, policy_domain, row_hash, row_json, messages, causes) VALUES " +
      values_list(parameters.size() / columns, columns) +
      " ON CONFLICT (day, policy_domain, row_hash) DO UPDATE SET"
      " messages = report_rows.messages + excluded.messages,"
      " causes = report_rows.causes + excluded.causes";
  const auto done = database.execute(sql, parameters);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace

base::Result<void> count(Database& database, const std::vector<Counted>& messages) {
  std::vector<SqlValue> parameters;
  for (auto& [key, sum] : sum_up(messages)) {
    const auto& [day, domain, row_hash] = key;
    for (SqlValue value : {SqlValue(day), SqlValue(domain), SqlValue(row_hash),
                           SqlValue(sum.row_json), SqlValue(sum.messages), SqlValue(sum.causes)}) {
      parameters.push_back(std::move(value));
    }
    if (parameters.size() < rows_per_statement_max * columns) continue;
    if (const auto done = upsert(database, parameters); !done) return done;
    parameters.clear();
  }
  return parameters.empty() ? base::Result<void>() : upsert(database, parameters);
}

base::Result<std::vector<DomainCount>> policy_domains(Database& database, Day day) {
  const SqlValue parameters[] = {number_of(day)};
  const auto rows = database.execute(
      "SELECT policy_domain, CAST(SUM(messages) AS BIGINT), CAST(SUM(causes) AS BIGINT)"
      " FROM report_rows WHERE day = $1 GROUP BY policy_domain ORDER BY policy_domain",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  std::vector<DomainCount> counts;
  for (const SqlRow& row : *rows) {
    counts.push_back({text(row[0]), static_cast<std::uint64_t>(number(row[1])),
                      static_cast<std::uint64_t>(number(row[2]))});
  }
  return counts;
}

base::Result<void> for_each_row(Database& database, Day day, const std::string& policy_domain,
                                const VisitRow& visit) {
  std::string last;
  while (true) {
    const SqlValue parameters[] = {number_of(day), policy_domain, last, page_max};
    const auto rows = database.execute(
        "SELECT row_hash, row_json, messages FROM report_rows"
        " WHERE day = $1 AND policy_domain = $2 AND row_hash > $3 ORDER BY row_hash LIMIT $4",
        parameters);
    if (!rows) return std::unexpected(rows.error());
    for (const SqlRow& row : *rows) {
      const auto read = row_from_json(text(row[1]));
      if (!read) return std::unexpected(read.error());
      visit(*read, static_cast<std::uint64_t>(number(row[2])));
    }
    if (static_cast<std::int64_t>(rows->size()) < page_max) return {};
    last = text(rows->back()[0]);
  }
}

}  // namespace report
