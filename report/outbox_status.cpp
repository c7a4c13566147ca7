#include "report/outbox_status.hpp"

#include "report/outbox.hpp"
#include "store/sql.hpp"

namespace report {

namespace {

using Counts = std::map<std::string, std::uint64_t>;

base::Result<Counts> count_states(store::Database& database, std::string_view sql) {
  const auto rows = database.execute(sql);
  if (!rows) return std::unexpected(rows.error());
  Counts counts;
  for (const store::SqlRow& row : *rows)
    counts[store::text(row[0])] = static_cast<std::uint64_t>(store::number(row[1]));
  return counts;
}

base::Result<std::vector<ListedDelivery>> deliveries_of(store::Database& database,
                                                        const std::string& report_id) {
  const store::SqlValue parameters[] = {report_id};
  const auto rows = database.execute(
      "SELECT destination, state, attempts, next_ms, sent_ms, reply_code, reply"
      " FROM deliveries WHERE report_id = $1 ORDER BY destination",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  std::vector<ListedDelivery> deliveries;
  for (const store::SqlRow& row : *rows) {
    ListedDelivery& delivery = deliveries.emplace_back();
    delivery.destination = store::text(row[0]);
    delivery.state =
        base::find<DeliveryState>(store::text(row[1])).value_or(DeliveryState::waiting);
    delivery.attempts = static_cast<std::uint64_t>(store::number(row[2]));
    delivery.next = store::time_of(store::number(row[3]));
    if (store::number(row[4]) != 0) delivery.sent = store::time_of(store::number(row[4]));
    delivery.code = store::number(row[5]);
    delivery.reply = store::text(row[6]);
  }
  return deliveries;
}

}  // namespace

base::Result<std::vector<ListedReport>> list_reports(store::Database& database,
                                                     const ReportQuery& query) {
  const store::SqlValue parameters[] = {
      query.since ? store::number_of(*query.since) : std::int64_t{0}, query.policy_domain,
      static_cast<std::int64_t>(query.reports_max)};
  const auto rows = database.execute(
      "SELECT report_id, kind, day, policy_domain, state, why, made_ms, records, messages"
      " FROM reports WHERE day >= $1 AND ($2 = '' OR policy_domain = $2)"
      " ORDER BY day DESC, policy_domain, report_id LIMIT $3",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  std::vector<ListedReport> reports;
  for (const store::SqlRow& row : *rows) {
    ListedReport report{
        .id = store::text(row[0]),
        .kind = base::find<ReportKind>(store::text(row[1])).value_or(ReportKind::aggregate),
        .day = store::Day(std::chrono::days(store::number(row[2]))),
        .policy_domain = store::text(row[3]),
        .state = store::text(row[4]),
        .why = store::text(row[5]),
        .made = store::time_of(store::number(row[6])),
        .records = static_cast<std::uint64_t>(store::number(row[7])),
        .messages = static_cast<std::uint64_t>(store::number(row[8])),
        .deliveries = {}};
    auto deliveries = deliveries_of(database, report.id);
    if (!deliveries) return std::unexpected(deliveries.error());
    report.deliveries = *std::move(deliveries);
    reports.push_back(std::move(report));
  }
  return reports;
}

base::Result<OutboxStatus> outbox_status(store::Database& database, base::WallTime now) {
  OutboxStatus status;
  auto reports = count_states(database, "SELECT state, COUNT(*) FROM reports GROUP BY state");
  if (!reports) return std::unexpected(reports.error());
  status.reports = *std::move(reports);
  auto deliveries = count_states(database, "SELECT state, COUNT(*) FROM deliveries GROUP BY state");
  if (!deliveries) return std::unexpected(deliveries.error());
  status.deliveries = *std::move(deliveries);
  const auto sums = database.execute(
      "SELECT CAST(COALESCE(SUM(messages - reported), 0) AS BIGINT),"
      " (SELECT MIN(r.made_ms) FROM reports r JOIN deliveries d ON d.report_id = r.report_id"
      " WHERE d.state IN ('asking', 'waiting', 'capped'))"
      " FROM report_rows WHERE messages > reported");
  if (!sums) return std::unexpected(sums.error());
  status.messages_unreported = static_cast<std::uint64_t>(store::number(sums->front()[0]));
  if (store::number(sums->front()[1]) != 0)
    status.oldest_open = store::time_of(store::number(sums->front()[1]));
  const store::SqlValue parameters[] = {store::milliseconds_of(now)};
  const auto suppressed = database.execute(
      "SELECT destination, until_ms, why FROM suppressions WHERE until_ms > $1"
      " ORDER BY destination",
      parameters);
  if (!suppressed) return std::unexpected(suppressed.error());
  for (const store::SqlRow& row : *suppressed)
    status.suppressions.push_back(
        {store::text(row[0]), store::time_of(store::number(row[1])), store::text(row[2])});
  return status;
}

}  // namespace report
