#include "report/failure_queue.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>
#include <utility>

#include "event/event_reader.hpp"
#include "report/deliveries.hpp"
#include "report/rate.hpp"
#include "store/report_row.hpp"
#include "store/sql.hpp"
#include "store/time_columns.hpp"
#include "verify/crypto/digest.hpp"

namespace report {

namespace {

constexpr int page_max = 100;
constexpr std::string_view lock_key = "failures";

// One row of the queue, in the order of its columns.
struct Incident {
  std::int64_t hour = 0;
  std::string key;
  std::string line;  // Of its first event.
  std::uint64_t messages = 0;
  base::WallTime first;
};

base::Result<std::vector<Incident>> incidents_before(store::Database& database, std::int64_t hour) {
  using Row = std::tuple<std::int64_t, std::string, std::string, std::uint64_t, base::WallTime>;
  auto rows = TRY(store::fetch<Row>(
      database,
      "SELECT hour, incident, line, messages, first_ms FROM failures WHERE hour < $1"
      " ORDER BY first_ms, incident LIMIT $2",
      hour, page_max));
  std::vector<Incident> incidents;
  for (Row& row : rows)
    incidents.push_back(std::make_from_tuple<Incident>(std::move(row)));
  return incidents;
}

// Who gets a report of it; nobody when none is wanted or may be sent.
std::vector<Mailbox> destinations_of(const event::Event& event, const FailureOptions& options) {
  const auto record = store::published_record(event);
  const auto& domain = event.facts.dmarc.policy_domain;
  if (!record || !domain || !store::wanted_failure(record->failure_options, event.facts)) {
    return {};
  }
  // RFC 9991 §2: never with the ruf of a public suffix; and never an answer to reports (loops).
  if (!may_send_failure_report(*record, event)) return {};
  if (!store::causes_report(event, options.reporter.mailbox.text())) return {};
  const bool chosen = std::ranges::any_of(
      options.domains, [&](const base::Domain& each) { return domain->is_within(each); });
  if (!chosen) return {};
  return choose_destinations(record->failure_to, options.destinations_max).used;
}

base::Result<void> insert_report(store::Database& database, const FailureOptions& options,
                                 const Incident& incident, const event::Event& event,
                                 base::WallTime now, const std::string& id) {
  return store::run(
      database,
      "INSERT INTO reports (report_id, kind, day, policy_domain, incident, organization, mailbox,"
      " state, why, made_ms, records, messages, body)"
      " VALUES ($1, 'failure', $2, $3, $4, $5, $6, 'made', '', $7, 1, $8, $9)"
      " ON CONFLICT DO NOTHING",
      id, store::day_of(incident.first), event.facts.dmarc.policy_domain->text(),
      std::to_string(incident.hour) + ' ' + incident.key, options.reporter.organization,
      options.reporter.mailbox.text(), now, incident.messages, store::Octets{incident.line});
}

// From the queue to the outbox, or away. REQUIRES: inside a transaction.
base::Result<Made> make(store::Database& database, const FailureOptions& options,
                        const Incident& incident, bool admitted, base::WallTime now) {
  const auto removed = TRY(store::fetch_first<std::int64_t>(
      database, "DELETE FROM failures WHERE hour = $1 AND incident = $2 RETURNING hour",
      incident.hour, incident.key));
  const auto event = event::from_line(incident.line);
  if (!event || !admitted || !removed) return Made{.unwanted = 1};
  const std::vector<Mailbox> destinations = destinations_of(*event, options);
  if (destinations.empty()) return Made{.unwanted = 1};
  const std::string id = crypto::digest(event->id);
  TRY(insert_report(database, options, incident, *event, now, id));
  TRY(add_deliveries(database, id, destinations, DeliveryState::asking, now));
  return Made{.reports = 1};
}

base::Result<Made> make_all(store::Database& database, const FailureOptions& options,
                            base::WallTime now) {
  Made all;
  Tally tally;
  const Cap cap{.window = std::chrono::minutes(1), .max = options.per_minute};
  while (true) {
    const auto incidents = TRY(incidents_before(database, store::hour_of(now)));
    for (const Incident& incident : incidents) {
      // RFC 9991 §8.1: so many a minute, the rest is discarded.
      const std::optional<Tally> next = admit(tally, cap, incident.first);
      tally = next.value_or(tally);
      const Made made = TRY(store::in_transaction(
          database, [&] { return make(database, options, incident, next.has_value(), now); }));
      all.reports += made.reports;
      all.unwanted += made.unwanted;
    }
    if (incidents.empty()) return all;
  }
}

}  // namespace

base::Result<Made> make_failure_reports(store::Database& database, const FailureOptions& options,
                                        base::WallTime now) {
  return store::alone(database, lock_key, [&] { return make_all(database, options, now); });
}

std::optional<MailMessage> failure_message(const std::string& body, std::uint64_t incidents,
                                           const FailureReporter& reporter, const Mailbox& to,
                                           base::WallTime made) {
  const auto event = event::from_line(body);
  if (!event) return std::nullopt;
  const auto failure = store::wanted_failure(*event);
  if (!failure) return std::nullopt;
  return to_message(FailureReport{.event = *event,
                                  .failure = *failure,
                                  .redacted_headers = event->failure_headers,
                                  .incidents = incidents},
                    reporter, to, made);
}

}  // namespace report
