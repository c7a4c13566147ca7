#include "report/outbox.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "base/gzip.hpp"
#include "base/text.hpp"
#include "report/day_rows.hpp"
#include "report/deliveries.hpp"
#include "report/destination.hpp"
#include "report/submission.hpp"
#include "store/sql.hpp"
#include "store/store_identity.hpp"
#include "verify/dmarc/record.hpp"

namespace report {

namespace {

constexpr std::chrono::days days_back_max{7};
constexpr std::chrono::days bodies_kept{30};
constexpr std::chrono::days reports_kept{400};  // As Retention::counters.
constexpr std::size_t why_octets_max = 300;

struct Candidate {
  store::Day day;
  std::string policy_domain;

  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

// Oldest first, so that what is late goes into the first report that can take it.
base::Result<std::set<Candidate>> find_candidates(store::Database& database, store::Day last_day) {
  const auto rows = TRY(store::fetch<store::Day, std::string, bool>(
      database,
      "SELECT DISTINCT r.day, r.policy_domain,"
      " CASE WHEN p.report_id IS NULL THEN 0 ELSE 1 END"
      " FROM report_rows r LEFT JOIN reports p ON p.kind = 'aggregate' AND p.day = r.day"
      " AND p.policy_domain = r.policy_domain AND p.incident = ''"
      " WHERE r.messages > r.reported AND r.day <= $1"
      " AND (r.day > $2 OR p.report_id IS NOT NULL)",
      last_day, last_day - days_back_max));
  std::set<Candidate> candidates;
  for (const auto& [day, policy_domain, late] : rows)
    candidates.insert({late ? last_day : day, policy_domain});
  return candidates;
}

// RFC 9990 §3.1: of several policies in one period, the final one SHOULD be noted. One whose text
// found no room in its events names no mailbox, so it is the last choice.
store::PublishedPolicy final_policy(const std::vector<AggregateRecord>& records) {
  const auto last = std::ranges::max_element(records, {}, [](const AggregateRecord& record) {
    return std::tuple(!record.row.published.record.empty(), record.last, record.messages);
  });
  return last == records.end() ? store::PublishedPolicy() : last->row.published;
}

AggregateReport report_of(const Reporter& reporter, const base::Domain& policy_domain,
                          store::Day day, DayRows rows, std::string_view store) {
  AggregateReport report{.reporter = reporter,
                         .policy_domain = policy_domain,
                         .day = day,
                         .policy = final_policy(rows.records),
                         .records = std::move(rows.records),
                         .left_out = rows.left_out};
  report.id = report_id(report, store);
  return report;
}

// Who asked for reports: rua of the policy shown.
Destinations asked_for(const store::PublishedPolicy& policy, std::size_t destinations_max) {
  const auto record = dmarc::parse_record(policy.record);
  if (!record) return {};
  return choose_destinations(record->aggregate_to, destinations_max);
}

// The row of a report; without a body when it is not wanted, so that it is not looked at again.
base::Result<void> insert_report(store::Database& database, const AggregateReport& report,
                                 std::string_view why, std::uint64_t messages, base::WallTime now) {
  const bool wanted = why.empty();
  return store::run(
      database,
      "INSERT INTO reports (report_id, kind, day, policy_domain, incident, organization,"
      " mailbox, state, why, made_ms, records, messages, body)"
      " VALUES ($1, 'aggregate', $2, $3, '', $4, $5, $6, $7, $8, $9, $10, $11)",
      report.id, report.day, report.policy_domain.text(), report.reporter.organization,
      report.reporter.mailbox.text(), wanted ? "made" : "unwanted",
      base::printable(why, why_octets_max), now, report.records.size(), messages,
      store::Octets{wanted ? base::gzip(to_xml(report)) : std::string()});
}

base::Result<bool> is_made(store::Database& database, const Candidate& candidate) {
  const auto one = TRY(store::fetch_first<std::int64_t>(
      database,
      "SELECT 1 FROM reports WHERE kind = 'aggregate' AND day = $1 AND policy_domain = $2"
      " AND incident = ''",
      candidate.day, candidate.policy_domain));
  return one.has_value();
}

// Empty for a report that is wanted.
std::string why_unwanted(const AggregateReport& report, bool caused,
                         const Destinations& destinations) {
  if (report.records.empty()) return "its counts cannot be read";
  if (!caused) return "only bounces, reports and other mail that causes no report";
  if (!destinations.used.empty()) return {};
  if (destinations.refused_count == 0) return "no rua";
  const RefusedUri& first = destinations.refused.front();
  return "no usable rua: " + std::string(name(first.fault)) + " " + first.uri;
}

// REQUIRES: inside a transaction.
base::Result<Made> make(store::Database& database, const OutboxOptions& options,
                        const Candidate& candidate, base::WallTime now) {
  const bool is_made_already = TRY(is_made(database, candidate));
  const auto domain = base::Domain::parse(candidate.policy_domain);
  if (is_made_already || !domain) return Made();
  DayRows rows = TRY(take_rows(database, {.day = candidate.day,
                                          .policy_domain = candidate.policy_domain,
                                          .records_max = options.records_max}));
  if (rows.records.empty() && rows.left_out.records == 0) return Made();
  const bool caused = rows.caused;
  const std::uint64_t messages = rows.messages;
  const std::string store = TRY(store::store_identity(database));
  const AggregateReport report =
      report_of(options.reporter, *domain, candidate.day, std::move(rows), store);
  const Destinations destinations = asked_for(report.policy, options.destinations_max);
  const std::string why = why_unwanted(report, caused, destinations);
  TRY(insert_report(database, report, why, messages, now));
  if (!why.empty()) return Made{.unwanted = 1};
  const std::string& id = report.id;
  // An operator's own choice needs nobody's consent, and comes first, as it may be a rua as well.
  TRY(add_deliveries(database, id, options.copy_to, DeliveryState::waiting, now));
  TRY(add_deliveries(database, id, destinations.used, DeliveryState::asking, now));
  return Made{.reports = 1, .left_out = report.left_out.messages};
}

// Nothing when another sender is at it.
base::Result<Made> make_alone(store::Database& database, const OutboxOptions& options,
                              const Candidate& candidate, base::WallTime now) {
  const std::string key =
      "report:" + std::to_string(store::number_of(candidate.day)) + ':' + candidate.policy_domain;
  return store::alone(database, key, [&] {
    return store::in_transaction(database, [&] { return make(database, options, candidate, now); });
  });
}

base::Result<std::optional<std::string>> stored_xml(store::Database& database,
                                                    const base::Domain& domain, store::Day day) {
  const auto body = TRY(store::fetch_first<std::string>(
      database,
      "SELECT body FROM reports WHERE kind = 'aggregate' AND day = $1 AND policy_domain = $2"
      " AND incident = '' AND state = 'made'",
      day, domain.text()));
  if (!body || body->empty()) return std::nullopt;
  return base::gunzip(*body);
}

}  // namespace

base::Result<Made> make_reports(store::Database& database, const OutboxOptions& options,
                                base::WallTime now) {
  // The last day that ended, and had its grace.
  const store::Day last_day = store::day_of(now - options.grace) - std::chrono::days(1);
  Made all;
  for (const Candidate& candidate : TRY(find_candidates(database, last_day))) {
    const Made made = TRY(make_alone(database, options, candidate, now));
    all.reports += made.reports;
    all.unwanted += made.unwanted;
    all.left_out += made.left_out;
  }
  return all;
}

base::Result<std::optional<std::string>> preview_xml(store::Database& database,
                                                     const OutboxOptions& options,
                                                     const base::Domain& domain, store::Day day) {
  auto stored = TRY(stored_xml(database, domain, day));
  if (stored) return stored;
  DayRows rows = TRY(peek_rows(
      database, {.day = day, .policy_domain = domain.text(), .records_max = options.records_max}));
  if (rows.records.empty()) return std::nullopt;
  const std::string store = TRY(store::store_identity(database));
  return to_xml(report_of(options.reporter, domain, day, std::move(rows), store));
}

base::Result<void> expire_reports(store::Database& database, base::WallTime now) {
  const base::WallTime old = now - reports_kept;
  TRY(store::run(database, "UPDATE reports SET body = $1 WHERE made_ms < $2 AND body <> $1",
                 store::Octets(), now - bodies_kept));
  TRY(store::run(database,
                 "DELETE FROM deliveries WHERE report_id IN"
                 " (SELECT report_id FROM reports WHERE made_ms < $1)",
                 old));
  TRY(store::run(database, "DELETE FROM reports WHERE made_ms < $1", old));
  TRY(store::run(database, "DELETE FROM destination_days WHERE day < $1", store::day_of(now)));
  return store::run(database, "DELETE FROM suppressions WHERE until_ms < $1 AND until_ms > 0", now);
}

}  // namespace report
