#include "store/store.hpp"

#include <chrono>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/gzip.hpp"
#include "base/text.hpp"
#include "store/event_query.hpp"
#include "store/failure_rows.hpp"
#include "store/report_counts.hpp"
#include "store/sql.hpp"
#include "store/store_identity.hpp"
#include "store/time_columns.hpp"

namespace store {

namespace {

constexpr std::size_t event_columns = 10;
constexpr std::int64_t page_max = 100;
// What a row costs on disk beside its line: columns, indexes, both kinds of database alike.
constexpr std::int64_t row_overhead = 500;

std::string_view word(event::LineFault fault) {
  return fault == event::LineFault::newer ? "newer" : "malformed";
}

void append_columns(std::vector<SqlValue>& parameters, const EventLine& event_line) {
  const event::Event& event = event_line.event;
  const base::Domain* author = event.facts.from_domain();
  const auto add = [&](std::string_view text) { parameters.emplace_back(column_text(text)); };
  add(event.id);
  parameters.emplace_back(milliseconds_of(event.time));
  add(event.gateway);
  add(event.envelope.queue_id);
  add(author != nullptr ? std::string_view(author->text()) : std::string_view());
  add(policy::name(event.decision.action));
  add(policy::name(event.decision.would));
  add(event.decision.rule);
  add({});  // `line`, of older versions.
  parameters.emplace_back(Octets{base::gzip(event_line.line, base::GzipEffort::fast)});
}

// The ids of those that were new, with the octets of their compressed lines.
using Added = std::unordered_map<std::string, std::int64_t>;

base::Result<Added> insert(Database& database, std::span<const EventLine> events) {
  Added added;
  while (!events.empty()) {
    const auto chunk = events.first(std::min(events.size(), rows_per_statement_max));
    std::vector<SqlValue> parameters;
    parameters.reserve(chunk.size() * event_columns);
    for (const EventLine& event : chunk)
      append_columns(parameters, event);
    const auto rows = database.execute(
        "INSERT INTO events (id, time_ms, gateway, queue_id, from_domain, action_taken,"
        " action_wanted, rule_name, line, line_gz) VALUES " +
            values_list(chunk.size(), event_columns) +
            " ON CONFLICT (id) DO NOTHING RETURNING id, LENGTH(line_gz)",
        parameters);
    if (!rows) return std::unexpected(rows.error());
    for (const SqlRow& row : *rows)
      added.emplace(text(row[0]), number(row[1]));
    events = events.subspan(chunk.size());
  }
  return added;
}

struct HourSum {
  std::int64_t events = 0;
  std::int64_t octets = 0;
};

base::Result<void> add_up_hours(Database& database, const std::string& spool,
                                const std::map<std::int64_t, HourSum>& hours) {
  for (const auto& [hour, sum] : hours) {
    const SqlValue parameters[] = {spool, hour, sum.events, sum.octets};
    const auto done = database.execute(
        "INSERT INTO event_hours (spool, hour, events, octets) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (spool, hour) DO UPDATE SET events = event_hours.events + excluded.events,"
        " octets = event_hours.octets + excluded.octets",
        parameters);
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

}  // namespace

base::Result<Store> Store::open(const std::string& url, const Progress& progress) {
  auto database = open_database(url);
  if (!database) return std::unexpected(database.error());
  if (const auto migrated = migrate(**database, migrations(), progress); !migrated) {
    return std::unexpected(migrated.error());
  }
  if (const auto named = make_store_identity(**database); !named) {
    return std::unexpected(named.error());
  }
  return Store(*std::move(database));
}

base::Result<Store> Store::open_existing(const std::string& url) {
  if (!database_exists(url)) return base::fail(without_password(url) + ": there is no store yet");
  auto database = open_database(url);
  if (!database) return std::unexpected(database.error());
  if (const auto fits = check_version(**database, migrations()); !fits) {
    return std::unexpected(fits.error());
  }
  return Store(*std::move(database));
}

base::Result<Committed> Store::commit(const Batch& batch) {
  return in_transaction(*database_, [&]() -> base::Result<Committed> {
    // First, so that a second collector of this spool does no work for nothing.
    if (const auto moved = move_position(batch); !moved) return std::unexpected(moved.error());
    if (const auto kept = keep_unread(batch); !kept) return std::unexpected(kept.error());
    return add(batch);
  });
}

base::Result<void> Store::move_position(const Batch& batch) {
  const SqlValue parameters[] = {batch.spool, batch.segment, static_cast<std::int64_t>(batch.begin),
                                 static_cast<std::int64_t>(batch.end)};
  const auto rows = batch.begin == 0
                        ? database_->execute(
                              "INSERT INTO positions (spool, segment, octets) VALUES ($1, $2, $4)"
                              " ON CONFLICT (spool, segment) DO UPDATE SET octets = excluded.octets"
                              " WHERE positions.octets = $3 RETURNING octets",
                              parameters)
                        : database_->execute(
                              "UPDATE positions SET octets = $4"
                              " WHERE spool = $1 AND segment = $2 AND octets = $3 RETURNING octets",
                              parameters);
  if (!rows) return std::unexpected(rows.error());
  if (!rows->empty()) return {};
  return base::fail("store: somebody else collected " + batch.segment + " of spool " + batch.spool +
                    " past position " + std::to_string(batch.begin));
}

base::Result<void> Store::keep_unread(const Batch& batch) {
  const std::int64_t today = number_of(day_of(std::chrono::system_clock::now()));
  for (const UnreadLine& unread : batch.unread) {
    const SqlValue parameters[] = {batch.spool,
                                   batch.segment,
                                   static_cast<std::int64_t>(unread.position),
                                   today,
                                   std::string(word(unread.error.fault)),
                                   column_text(unread.error.what),
                                   Octets{unread.line}};
    const auto done = database_->execute(
        "INSERT INTO unread_lines (spool, segment, position, day, fault, why, line)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        // A segment that came back, from a backup for example, is read from its beginning.
        " ON CONFLICT (spool, segment, position) DO NOTHING",
        parameters);
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

base::Result<Committed> Store::add(const Batch& batch) {
  auto added = insert(*database_, batch.events);
  if (!added) return std::unexpected(added.error());
  Committed committed;
  std::map<std::int64_t, HourSum> hours;
  std::vector<Counted> counted;
  std::vector<const EventLine*> known;
  for (const EventLine& event_line : batch.events) {
    const auto& [event, line, position] = event_line;
    // Taken out, so that a line that is there twice counts once.
    const auto row_added = added->extract(column_text(event.id));
    if (!row_added) {
      ++committed.known;
      known.push_back(&event_line);
      continue;
    }
    ++committed.events;
    HourSum& sum = hours[hour_of(event.time)];
    sum.events += 1;
    sum.octets += row_added.mapped() + row_overhead;
    if (const auto kept = keep_failure(*database_, event, line); !kept) {
      return std::unexpected(kept.error());
    }
    if (auto row = row_of(event)) {
      counted.push_back({event.time, *std::move(row), causes_report(event, report_address_)});
    }
  }
  if (const auto summed = add_up_hours(*database_, batch.spool, hours); !summed) {
    return std::unexpected(summed.error());
  }
  if (const auto done = count(*database_, counted); !done) return std::unexpected(done.error());
  const auto different = keep_different(batch, known);
  if (!different) return std::unexpected(different.error());
  committed.different = *different;
  return committed;
}

base::Result<std::size_t> Store::keep_different(const Batch& batch,
                                                const std::vector<const EventLine*>& known) {
  Batch different{.spool = batch.spool, .segment = batch.segment, .events = {}, .unread = {}};
  for (const EventLine* event : known) {
    const auto line = find_line(*database_, event->event.id);
    if (!line) return std::unexpected(line.error());
    if (*line == event->line) continue;
    different.unread.push_back({event->position,
                                {event::LineFault::malformed, "its id is that of another event"},
                                event->line});
  }
  if (const auto kept = keep_unread(different); !kept) return std::unexpected(kept.error());
  return different.unread.size();
}

base::Result<std::map<std::string, std::uint64_t>> positions(Database& database,
                                                             const std::string& spool) {
  const SqlValue parameters[] = {spool};
  const auto rows =
      database.execute("SELECT segment, octets FROM positions WHERE spool = $1", parameters);
  if (!rows) return std::unexpected(rows.error());
  std::map<std::string, std::uint64_t> positions;
  for (const SqlRow& row : *rows)
    positions[text(row[0])] = static_cast<std::uint64_t>(number(row[1]));
  return positions;
}

base::Result<void> Store::forget(const std::string& spool, const std::string& segment) {
  const SqlValue parameters[] = {spool, segment};
  const auto done =
      database_->execute("DELETE FROM positions WHERE spool = $1 AND segment = $2", parameters);
  if (!done) return std::unexpected(done.error());
  return {};
}

base::Result<std::size_t> Store::read_again() {
  std::size_t read = 0;
  SqlRow last = {std::string(), std::string(), std::int64_t{-1}};
  while (true) {
    const SqlValue parameters[] = {last[0], last[1], last[2], page_max};
    const auto rows = database_->execute(
        "SELECT spool, segment, position, line FROM unread_lines WHERE fault = 'newer'"
        " AND (spool, segment, position) > ($1, $2, $3) ORDER BY spool, segment, position LIMIT $4",
        parameters);
    if (!rows) return std::unexpected(rows.error());
    for (const SqlRow& row : *rows) {
      auto event = event::from_line(text(row[3]));
      if (!event) continue;
      Batch batch;
      batch.spool = text(row[0]);
      batch.events.push_back({*std::move(event), text(row[3]), 0});
      const auto added = in_transaction(*database_, [&]() -> base::Result<Committed> {
        const auto removed = database_->execute(
            "DELETE FROM unread_lines WHERE spool = $1 AND segment = $2 AND position = $3"
            " RETURNING position",
            std::span(row).first(3));
        if (!removed) return std::unexpected(removed.error());
        return removed->empty() ? Committed() : add(batch);
      });
      if (!added) return std::unexpected(added.error());
      read += added->events;
    }
    if (static_cast<std::int64_t>(rows->size()) < page_max) return read;
    last = {rows->back()[0], rows->back()[1], rows->back()[2]};
  }
}

}  // namespace store
