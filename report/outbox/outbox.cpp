#include "report/outbox/outbox.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "report/destination.hpp"
#include "report/feedback/submission.hpp"
#include "report/outbox/deliveries.hpp"
#include "report/store/sql.hpp"
#include "verify/base/text.hpp"
#include "verify/dmarc/record.hpp"

namespace report {

namespace {

constexpr std::chrono::days days_back_max{7};
constexpr std::chrono::days bodies_kept{30};
constexpr std::chrono::days reports_kept{400};  // As Retention::counters.
constexpr std::size_t why_octets_max = 300;

base::Result<void> run(Database& database, std::string_view sql,
                       std::span<const SqlValue> parameters) {
  const auto done = database.execute(sql, parameters);
  if (!done) return std::unexpected(done.error());
  return {};
}

struct Candidate {
  Day day;
  std::string policy_domain;

  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

// Oldest first, so that what is late goes into the first report that can take it.
base::Result<std::set<Candidate>> find_candidates(Database& database, Day last_day) {
  const SqlValue parameters[] = {number_of(last_day), number_of(last_day - days_back_max)};
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
  for (const SqlRow& row : *rows) {
    const bool late = number(row[2]) != 0;
    const Day day = late ? last_day : Day(std::chrono::days(number(row[0])));
    candidates.insert({day, text(row[1])});
  }
  return candidates;
}

// What one report is made of.
struct Taken {
  std::vector<AggregateRecord> records;
  std::uint64_t messages = 0;
  bool caused = false;  // By a message that may cause a report.
};

// Of a policy domain, the day's counts that are in no report, and late ones of days before that
// were reported.
constexpr std::string_view rows_to_take =
    " policy_domain = $2 AND messages > reported AND day <= $1 AND (day = $1 OR EXISTS"
    " (SELECT 1 FROM reports p WHERE p.kind = 'aggregate' AND p.day = report_rows.day"
    " AND p.policy_domain = report_rows.policy_domain AND p.incident = ''))";

// In the order in which collectors lock them, so that nobody waits in a circle. SQLite has one
// writer at a time, and no such locks.
base::Result<void> lock_rows(Database& database, std::span<const SqlValue> parameters) {
  if (database.dialect() == Database::Dialect::sqlite) return {};
  return run(database,
             "SELECT 1 FROM report_rows WHERE" + std::string(rows_to_take) +
                 " ORDER BY day, policy_domain, row_hash FOR UPDATE",
             parameters);
}

// These counts are of this report from now on. One statement, so that nothing a collector adds at
// the same time is missed or doubled.
base::Result<Taken> take(Database& database, const Candidate& of) {
  const SqlValue parameters[] = {number_of(of.day), of.policy_domain};
  if (const auto locked = lock_rows(database, parameters); !locked) {
    return std::unexpected(locked.error());
  }
  const auto rows = database.execute(
      "UPDATE report_rows SET taken = messages - reported, reported = messages WHERE" +
          std::string(rows_to_take) + " RETURNING row_hash, row_json, taken, causes",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  Taken taken;
  std::map<std::string, AggregateRecord> records;  // In a fixed order; equal rows of two days once.
  for (const SqlRow& row : *rows) {
    auto read = row_from_json(text(row[1]));
    if (!read) return std::unexpected(read.error());
    AggregateRecord& record = records[text(row[0])];
    record.row = *std::move(read);
    record.messages += static_cast<std::uint64_t>(number(row[2]));
    taken.messages += static_cast<std::uint64_t>(number(row[2]));
    taken.caused = taken.caused || number(row[3]) > 0;
  }
  for (auto& [hash, record] : records)
    taken.records.push_back(std::move(record));
  return taken;
}

// RFC 9990 §3.1 leaves open which of several policies of a day is shown: the one of most messages,
// as rows do not tell their order.
PublishedPolicy main_policy(const std::vector<AggregateRecord>& records) {
  std::map<std::string, std::pair<std::uint64_t, const PublishedPolicy*>> counts;
  for (const AggregateRecord& record : records) {
    const PublishedPolicy& policy = record.row.published;
    auto& [messages, found] = counts[policy.record + '\n' + policy.p];
    messages += record.messages;
    found = &policy;
  }
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second.first; });
  return most == counts.end() ? PublishedPolicy() : *most->second.second;
}

// Who asked for reports: rua of the policy shown.
Destinations asked_for(const PublishedPolicy& policy, std::size_t destinations_max) {
  const auto record = dmarc::parse_record(policy.record);
  if (!record) return {};
  return choose_destinations(record->aggregate_to, destinations_max);
}

// The row of a report; without a body when it is not wanted, so that it is not looked at again.
base::Result<void> insert_report(Database& database, const AggregateReport& report,
                                 std::string_view why, const Taken& taken, base::WallTime now) {
  const bool wanted = why.empty();
  const SqlValue parameters[] = {report_id(report),
                                 number_of(report.day),
                                 report.policy_domain.text(),
                                 report.reporter.organization,
                                 report.reporter.mailbox.text(),
                                 std::string(wanted ? "made" : "unwanted"),
                                 base::printable(why, why_octets_max),
                                 milliseconds_of(now),
                                 static_cast<std::int64_t>(report.records.size()),
                                 static_cast<std::int64_t>(taken.messages),
                                 Octets{wanted ? gzip(to_xml(report)) : std::string()}};
  return run(database,
             "INSERT INTO reports (report_id, kind, day, policy_domain, incident, organization,"
             " mailbox, state, why, made_ms, records, messages, body)"
             " VALUES ($1, 'aggregate', $2, $3, '', $4, $5, $6, $7, $8, $9, $10, $11)",
             parameters);
}

base::Result<bool> is_made(Database& database, const Candidate& candidate) {
  const SqlValue parameters[] = {number_of(candidate.day), candidate.policy_domain};
  const auto rows = database.execute(
      "SELECT 1 FROM reports WHERE kind = 'aggregate' AND day = $1 AND policy_domain = $2"
      " AND incident = ''",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  return !rows->empty();
}

std::string why_unwanted(const Taken& taken, const Destinations& destinations) {
  if (!taken.caused) return "only bounces, reports and other mail that causes no report";
  if (!destinations.used.empty()) return {};
  if (destinations.refused_count == 0) return "no rua";
  const RefusedUri& first = destinations.refused.front();
  return "no usable rua: " + std::string(name(first.fault)) + " " + first.uri;
}

// REQUIRES: inside a transaction.
base::Result<Made> make(Database& database, const OutboxOptions& options,
                        const Candidate& candidate, base::WallTime now) {
  const auto made = is_made(database, candidate);
  if (!made) return std::unexpected(made.error());
  const auto domain = base::Domain::parse(candidate.policy_domain);
  if (*made || !domain) return Made();
  auto taken = take(database, candidate);
  if (!taken) return std::unexpected(taken.error());
  if (taken->records.empty()) return Made();
  const AggregateReport report{.reporter = options.reporter,
                               .policy_domain = *domain,
                               .day = candidate.day,
                               .policy = main_policy(taken->records),
                               .records = std::move(taken->records)};
  const Destinations destinations = asked_for(report.policy, options.destinations_max);
  const std::string why = why_unwanted(*taken, destinations);
  if (const auto done = insert_report(database, report, why, *taken, now); !done) {
    return std::unexpected(done.error());
  }
  if (!why.empty()) return Made{.unwanted = 1};
  const std::string id = report_id(report);
  // An operator's own choice needs nobody's consent, and comes first, as it may be a rua as well.
  const auto copies = add_deliveries(database, id, options.copy_to, DeliveryState::waiting, now);
  if (!copies) return std::unexpected(copies.error());
  const auto asked = add_deliveries(database, id, destinations.used, DeliveryState::asking, now);
  if (!asked) return std::unexpected(asked.error());
  return Made{.reports = 1};
}

base::Result<Made> make_alone(Database& database, const OutboxOptions& options,
                              const Candidate& candidate, base::WallTime now) {
  const std::string key =
      "report:" + std::to_string(number_of(candidate.day)) + ':' + candidate.policy_domain;
  const auto locked = database.try_lock(key);
  if (!locked) return std::unexpected(locked.error());
  if (!*locked) return Made();  // Another sender is at it.
  auto made = in_transaction(database, [&] { return make(database, options, candidate, now); });
  if (const auto released = database.release(key); !released && made) {
    return std::unexpected(released.error());
  }
  return made;
}

base::Result<std::optional<std::string>> stored_xml(Database& database, const base::Domain& domain,
                                                    Day day) {
  const SqlValue parameters[] = {number_of(day), domain.text()};
  const auto rows = database.execute(
      "SELECT body FROM reports WHERE kind = 'aggregate' AND day = $1 AND policy_domain = $2"
      " AND incident = '' AND state = 'made'",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty() || text(rows->front()[0]).empty()) return std::nullopt;
  return gunzip(text(rows->front()[0]));
}

}  // namespace

base::Result<Made> make_reports(Database& database, const OutboxOptions& options,
                                base::WallTime now) {
  // The last day that ended, and had its grace.
  const Day last_day = day_of(now - options.grace) - std::chrono::days(1);
  const auto candidates = find_candidates(database, last_day);
  if (!candidates) return std::unexpected(candidates.error());
  Made all;
  for (const Candidate& candidate : *candidates) {
    const auto made = make_alone(database, options, candidate, now);
    if (!made) return made;
    all.reports += made->reports;
    all.unwanted += made->unwanted;
  }
  return all;
}

base::Result<std::optional<std::string>> preview_xml(Database& database, const Reporter& reporter,
                                                     const base::Domain& domain, Day day) {
  auto stored = stored_xml(database, domain, day);
  if (!stored || *stored) return stored;
  AggregateReport report{
      .reporter = reporter, .policy_domain = domain, .day = day, .policy = {}, .records = {}};
  const auto read =
      for_each_row(database, day, domain.text(), [&](const ReportRow& row, std::uint64_t messages) {
        report.records.push_back({row, messages});
      });
  if (!read) return std::unexpected(read.error());
  if (report.records.empty()) return std::nullopt;
  report.policy = main_policy(report.records);
  return to_xml(report);
}

base::Result<void> expire_reports(Database& database, base::WallTime now) {
  const SqlValue bodies[] = {Octets{}, milliseconds_of(now - bodies_kept)};
  const SqlValue old[] = {milliseconds_of(now - reports_kept)};
  const SqlValue today[] = {number_of(day_of(now))};
  const SqlValue over[] = {milliseconds_of(now)};
  struct Step {
    std::string_view sql;
    std::span<const SqlValue> parameters;
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
