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

base::Result<void> run(store::Database& database, std::string_view sql,
                       std::span<const store::SqlValue> parameters) {
  const auto done = database.execute(sql, parameters);
  if (!done) return std::unexpected(done.error());
  return {};
}

struct Candidate {
  store::Day day;
  std::string policy_domain;

  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

// Oldest first, so that what is late goes into the first report that can take it.
base::Result<std::set<Candidate>> find_candidates(store::Database& database, store::Day last_day) {
  const store::SqlValue parameters[] = {store::number_of(last_day),
                                        store::number_of(last_day - days_back_max)};
  const auto rows = database.execute(
      "SELECT DISTINCT r.day, r.policy_domain,"
      " CASE WHEN p.report_id IS NULL THEN 0 ELSE 1 END"
      " FROM report_rows r LEFT JOIN reports p ON p.kind = 'aggregate' AND p.day = r.day"
      " AND p.policy_domain = r.policy_domain AND p.incident = ''"
      " WHERE r.messages > r.reported AND r.day <= $1"
      " AND (r.day > $2 OR p.report_id IS NOT NULL)",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  std::set<Candidate> candidates;
  for (const store::SqlRow& row : *rows) {
    const bool late = store::number(row[2]) != 0;
    const store::Day day = late ? last_day : store::Day(std::chrono::days(store::number(row[0])));
    candidates.insert({day, store::text(row[1])});
  }
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
  const store::SqlValue parameters[] = {
      report.id,
      store::number_of(report.day),
      report.policy_domain.text(),
      report.reporter.organization,
      report.reporter.mailbox.text(),
      std::string(wanted ? "made" : "unwanted"),
      base::printable(why, why_octets_max),
      store::milliseconds_of(now),
      static_cast<std::int64_t>(report.records.size()),
      static_cast<std::int64_t>(messages),
      store::Octets{wanted ? base::gzip(to_xml(report)) : std::string()}};
  return run(database,
             "INSERT INTO reports (report_id, kind, day, policy_domain, incident, organization,"
             " mailbox, state, why, made_ms, records, messages, body)"
             " VALUES ($1, 'aggregate', $2, $3, '', $4, $5, $6, $7, $8, $9, $10, $11)",
             parameters);
}

base::Result<bool> is_made(store::Database& database, const Candidate& candidate) {
  const store::SqlValue parameters[] = {store::number_of(candidate.day), candidate.policy_domain};
  const auto rows = database.execute(
      "SELECT 1 FROM reports WHERE kind = 'aggregate' AND day = $1 AND policy_domain = $2"
      " AND incident = ''",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  return !rows->empty();
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
  const auto made = is_made(database, candidate);
  if (!made) return std::unexpected(made.error());
  const auto domain = base::Domain::parse(candidate.policy_domain);
  if (*made || !domain) return Made();
  auto rows = take_rows(database, {.day = candidate.day,
                                   .policy_domain = candidate.policy_domain,
                                   .records_max = options.records_max});
  if (!rows) return std::unexpected(rows.error());
  if (rows->records.empty() && rows->left_out.records == 0) return Made();
  const auto store = store::store_identity(database);
  if (!store) return std::unexpected(store.error());
  AggregateReport report{.reporter = options.reporter,
                         .policy_domain = *domain,
                         .day = candidate.day,
                         .policy = final_policy(rows->records),
                         .records = std::move(rows->records),
                         .left_out = rows->left_out};
  report.id = report_id(report, *store);
  const Destinations destinations = asked_for(report.policy, options.destinations_max);
  const std::string why = why_unwanted(report, rows->caused, destinations);
  const auto inserted = insert_report(database, report, why, rows->messages, now);
  if (!inserted) return std::unexpected(inserted.error());
  if (!why.empty()) return Made{.unwanted = 1};
  const std::string& id = report.id;
  // An operator's own choice needs nobody's consent, and comes first, as it may be a rua as well.
  const auto copies = add_deliveries(database, id, options.copy_to, DeliveryState::waiting, now);
  if (!copies) return std::unexpected(copies.error());
  const auto asked = add_deliveries(database, id, destinations.used, DeliveryState::asking, now);
  if (!asked) return std::unexpected(asked.error());
  return Made{.reports = 1, .left_out = report.left_out.messages};
}

base::Result<Made> make_alone(store::Database& database, const OutboxOptions& options,
                              const Candidate& candidate, base::WallTime now) {
  const std::string key =
      "report:" + std::to_string(store::number_of(candidate.day)) + ':' + candidate.policy_domain;
  const auto locked = database.try_lock(key);
  if (!locked) return std::unexpected(locked.error());
  if (!*locked) return Made();  // Another sender is at it.
  auto made =
      store::in_transaction(database, [&] { return make(database, options, candidate, now); });
  if (const auto released = database.release(key); !released && made) {
    return std::unexpected(released.error());
  }
  return made;
}

base::Result<std::optional<std::string>> stored_xml(store::Database& database,
                                                    const base::Domain& domain, store::Day day) {
  const store::SqlValue parameters[] = {store::number_of(day), domain.text()};
  const auto rows = database.execute(
      "SELECT body FROM reports WHERE kind = 'aggregate' AND day = $1 AND policy_domain = $2"
      " AND incident = '' AND state = 'made'",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty() || store::text(rows->front()[0]).empty()) return std::nullopt;
  return base::gunzip(store::text(rows->front()[0]));
}

}  // namespace

base::Result<Made> make_reports(store::Database& database, const OutboxOptions& options,
                                base::WallTime now) {
  // The last day that ended, and had its grace.
  const store::Day last_day = store::day_of(now - options.grace) - std::chrono::days(1);
  const auto candidates = find_candidates(database, last_day);
  if (!candidates) return std::unexpected(candidates.error());
  Made all;
  for (const Candidate& candidate : *candidates) {
    const auto made = make_alone(database, options, candidate, now);
    if (!made) return made;
    all.reports += made->reports;
    all.unwanted += made->unwanted;
    all.left_out += made->left_out;
  }
  return all;
}

base::Result<std::optional<std::string>> preview_xml(store::Database& database,
                                                     const OutboxOptions& options,
                                                     const base::Domain& domain, store::Day day) {
  auto stored = stored_xml(database, domain, day);
  if (!stored || *stored) return stored;
  auto rows = peek_rows(
      database, {.day = day, .policy_domain = domain.text(), .records_max = options.records_max});
  if (!rows) return std::unexpected(rows.error());
  if (rows->records.empty()) return std::nullopt;
  const auto store = store::store_identity(database);
  if (!store) return std::unexpected(store.error());
  const store::PublishedPolicy policy = final_policy(rows->records);
  AggregateReport report{.reporter = options.reporter,
                         .policy_domain = domain,
                         .day = day,
                         .policy = policy,
                         .records = std::move(rows->records),
                         .left_out = rows->left_out};
  report.id = report_id(report, *store);
  return to_xml(report);
}

base::Result<void> expire_reports(store::Database& database, base::WallTime now) {
  const store::SqlValue bodies[] = {store::Octets{}, store::milliseconds_of(now - bodies_kept)};
  const store::SqlValue old[] = {store::milliseconds_of(now - reports_kept)};
  const store::SqlValue today[] = {store::number_of(store::day_of(now))};
  const store::SqlValue over[] = {store::milliseconds_of(now)};
  struct Step {
    std::string_view sql;
    std::span<const store::SqlValue> parameters;
  };
  const Step steps[] = {
      {"UPDATE reports SET body = $1 WHERE made_ms < $2 AND body <> $1", bodies},
      {"DELETE FROM deliveries WHERE report_id IN (SELECT report_id FROM reports WHERE made_ms < "
       "$1)",
       old},
      {"DELETE FROM reports WHERE made_ms < $1", old},
      {"DELETE FROM destination_days WHERE day < $1", today},
      {"DELETE FROM suppressions WHERE until_ms < $1 AND until_ms > 0", over},
  };
  for (const Step& step : steps) {
    if (const auto done = run(database, step.sql, step.parameters); !done) return done;
  }
  return {};
}

}  // namespace report
