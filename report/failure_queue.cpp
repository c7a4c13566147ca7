#include "report/failure_queue.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "event/event_reader.hpp"
#include "report/deliveries.hpp"
#include "report/rate.hpp"
#include "store/report_row.hpp"
#include "store/sql.hpp"
#include "store/time_columns.hpp"
#include "verify/crypto/digest.hpp"

namespace report {

namespace {

constexpr std::int64_t page_max = 100;
constexpr std::string_view lock_key = "failures";

// One row of the queue.
struct Incident {
  std::int64_t hour = 0;
  std::string key;
  std::string line;  // Of its first event.
  std::int64_t messages = 0;
  base::WallTime first;
};

base::Result<std::vector<Incident>> incidents_before(store::Database& database, std::int64_t hour) {
  const store::SqlValue parameters[] = {hour, page_max};
  const auto rows = database.execute(
      "SELECT hour, incident, line, messages, first_ms FROM failures WHERE hour < $1"
      " ORDER BY first_ms, incident LIMIT $2",
      parameters);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Incident> incidents;
  for (const store::SqlRow& row : *rows) {
    incidents.push_back({store::number(row[0]), store::text(row[1]), store::text(row[2]),
                         store::number(row[3]), store::time_of(store::number(row[4]))});
  }
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
  const store::SqlValue parameters[] = {id,
                                        store::number_of(store::day_of(incident.first)),
                                        event.facts.dmarc.policy_domain->text(),
                                        std::to_string(incident.hour) + ' ' + incident.key,
                                        options.reporter.organization,
                                        options.reporter.mailbox.text(),
                                        store::milliseconds_of(now),
                                        incident.messages,
                                        store::Octets{incident.line}};
  const auto done = database.execute(
      "INSERT INTO reports (report_id, kind, day, policy_domain, incident, organization, mailbox,"
      " state, why, made_ms, records, messages, body)"
      " VALUES ($1, 'failure', $2, $3, $4, $5, $6, 'made', '', $7, 1, $8, $9)"
      " ON CONFLICT DO NOTHING",
      parameters);
  if (!done) return std::unexpected(done.error());
  return {};
}

// From the queue to the outbox, or away. REQUIRES: inside a transaction.
base::Result<Made> make(store::Database& database, const FailureOptions& options,
                        const Incident& incident, bool admitted, base::WallTime now) {
  const store::SqlValue parameters[] = {incident.hour, incident.key};
  const auto removed = database.execute(
      "DELETE FROM failures WHERE hour = $1 AND incident = $2 RETURNING hour", parameters);
  if (!removed) return std::unexpected(removed.error());
  const auto event = event::from_line(incident.line);
  if (!event || !admitted || removed->empty()) return Made{.unwanted = 1};
  const std::vector<Mailbox> destinations = destinations_of(*event, options);
  if (destinations.empty()) return Made{.unwanted = 1};
  const std::string id = crypto::digest(event->id);
  if (const auto done = insert_report(database, options, incident, *event, now, id); !done) {
    return std::unexpected(done.error());
  }
  const auto added = add_deliveries(database, id, destinations, DeliveryState::asking, now);
  if (!added) return std::unexpected(added.error());
  return Made{.reports = 1};
}

base::Result<Made> make_alone(store::Database& database, const FailureOptions& options,
                              base::WallTime now) {
  Made all;
  Tally tally;
  const Cap cap{.window = std::chrono::minutes(1), .max = options.per_minute};
  while (true) {
    const auto incidents = incidents_before(database, store::hour_of(now));
    if (!incidents) return std::unexpected(incidents.error());
    for (const Incident& incident : *incidents) {
      // RFC 9991 §8.1: so many a minute, the rest is discarded.
      const std::optional<Tally> next = admit(tally, cap, incident.first);
      tally = next.value_or(tally);
      const auto made = store::in_transaction(
          database, [&] { return make(database, options, incident, next.has_value(), now); });
      if (!made) return made;
      all.reports += made->reports;
      all.unwanted += made->unwanted;
    }
    if (incidents->empty()) return all;
  }
}

}  // namespace

base::Result<Made> make_failure_reports(store::Database& database, const FailureOptions& options,
                                        base::WallTime now) {
  const auto locked = database.try_lock(lock_key);
  if (!locked) return std::unexpected(locked.error());
  if (!*locked) return Made();
  auto made = make_alone(database, options, now);
  if (const auto released = database.release(lock_key); !released && made) {
    return std::unexpected(released.error());
  }
  return made;
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
