#include "report/outbox_status.hpp"

#include <tuple>

#include "report/outbox.hpp"
#include "store/sql.hpp"

namespace report {

namespace {

// A column that is 0 until there is a time in it.
std::optional<base::WallTime> set_time(base::WallTime time) {
  return time == base::WallTime() ? std::nullopt : std::optional(time);
}

using Counts = std::map<std::string, std::uint64_t>;

base::Result<Counts> count_states(store::Database& database, std::string_view sql) {
  const auto rows = TRY(store::fetch<std::string, std::uint64_t>(database, sql));
  Counts counts;
  for (const auto& [state, count] : rows)
    counts[state] = count;
  return counts;
}

base::Result<std::vector<ListedDelivery>> deliveries_of(store::Database& database,
                                                        const std::string& report_id) {
  using Row = std::tuple<std::string, std::optional<DeliveryState>, std::uint64_t, base::WallTime,
                         base::WallTime, std::int64_t, std::string>;
  const auto rows = TRY(
      store::fetch<Row>(database,
                        "SELECT destination, state, attempts, next_ms, sent_ms, reply_code, reply"
                        " FROM deliveries WHERE report_id = $1 ORDER BY destination",
                        report_id));
  std::vector<ListedDelivery> deliveries;
  for (const auto& [destination, state, attempts, next, sent, code, reply] : rows) {
    deliveries.push_back({.destination = destination,
                          .state = state.value_or(DeliveryState::waiting),
                          .attempts = attempts,
                          .next = next,
                          .sent = set_time(sent),
                          .code = code,
                          .reply = reply});
  }
  return deliveries;
}

}  // namespace

base::Result<std::vector<ListedReport>> list_reports(store::Database& database,
                                                     const ReportQuery& query) {
  using Row = std::tuple<std::string, std::optional<ReportKind>, store::Day, std::string,
                         std::string, std::string, base::WallTime, std::uint64_t, std::uint64_t>;
  const auto rows = TRY(store::fetch<Row>(
      database,
      "SELECT report_id, kind, day, policy_domain, state, why, made_ms, records, messages"
      " FROM reports WHERE day >= $1 AND ($2 = '' OR policy_domain = $2)"
      " ORDER BY day DESC, policy_domain, report_id LIMIT $3",
      query.since.value_or(store::Day()), query.policy_domain, query.reports_max));
  std::vector<ListedReport> reports;
  for (const auto& [id, kind, day, policy_domain, state, why, made, records, messages] : rows) {
    reports.push_back({.id = id,
                       .kind = kind.value_or(ReportKind::aggregate),
                       .day = day,
                       .policy_domain = policy_domain,
                       .state = state,
                       .why = why,
                       .made = made,
                       .records = records,
                       .messages = messages,
                       .deliveries = {}});
    reports.back().deliveries = TRY(deliveries_of(database, id));
  }
  return reports;
}

base::Result<OutboxStatus> outbox_status(store::Database& database, base::WallTime now) {
  OutboxStatus status;
  status.reports =
      TRY(count_states(database, "SELECT state, COUNT(*) FROM reports GROUP BY state"));
  status.deliveries =
      TRY(count_states(database, "SELECT state, COUNT(*) FROM deliveries GROUP BY state"));
  const auto [unreported, oldest] = TRY(store::fetch_one<std::uint64_t, base::WallTime>(
      database,
      "SELECT CAST(COALESCE(SUM(messages - reported), 0) AS BIGINT),"
      " (SELECT MIN(r.made_ms) FROM reports r JOIN deliveries d ON d.report_id = r.report_id"
      " WHERE d.state IN ('asking', 'waiting', 'capped'))"
      " FROM report_rows WHERE messages > reported"));
  status.messages_unreported = unreported;
  status.oldest_open = set_time(oldest);
  const auto suppressed = TRY(store::fetch<std::string, base::WallTime, std::string>(
      database,
      "SELECT destination, until_ms, why FROM suppressions WHERE until_ms > $1"
      " ORDER BY destination",
      now));
  for (const auto& [destination, until, why] : suppressed)
    status.suppressions.push_back({destination, until, why});
  return status;
}

}  // namespace report
