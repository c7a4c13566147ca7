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
constexpr std::size_t page_max = 100;
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
    const auto rows = TRY(fetch<std::string, std::int64_t>(
        database,
        "INSERT INTO events (id, time_ms, gateway, queue_id, from_domain, action_taken,"
        " action_wanted, rule_name, line, line_gz) VALUES " +
            values_list(chunk.size(), event_columns) +
            " ON CONFLICT (id) DO NOTHING RETURNING id, LENGTH(line_gz)",
        parameters));
    for (const auto& [id, octets] : rows)
      added.emplace(id, octets);
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
    TRY(run(database,
            "INSERT INTO event_hours (spool, hour, events, octets) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (spool, hour) DO UPDATE SET"
            " events = event_hours.events + excluded.events,"
            " octets = event_hours.octets + excluded.octets",
            spool, hour, sum.events, sum.octets));
  }
  return {};
}

}  // namespace

base::Result<Store> Store::open(const std::string& url, const Progress& progress) {
  auto database = TRY(open_database(url));
  TRY(migrate(*database, migrations(), progress));
  TRY(make_store_identity(*database));
  return Store(std::move(database));
}

base::Result<Store> Store::open_existing(const std::string& url) {
  if (!database_exists(url)) return base::fail(without_password(url) + ": there is no store yet");
  auto database = TRY(open_database(url));
  TRY(check_version(*database, migrations()));
  return Store(std::move(database));
}

base::Result<Committed> Store::commit(const Batch& batch) {
  return in_transaction(*database_, [&]() -> base::Result<Committed> {
    // First, so that a second collector of this spool does no work for nothing.
    TRY(move_position(batch));
    TRY(keep_unread(batch));
    return add(batch);
  });
}

base::Result<void> Store::move_position(const Batch& batch) {
  const std::string_view sql =
      batch.begin == 0 ? "INSERT INTO positions (spool, segment, octets) VALUES ($1, $2, $4)"
                         " ON CONFLICT (spool, segment) DO UPDATE SET octets = excluded.octets"
                         " WHERE positions.octets = $3 RETURNING octets"
                       : "UPDATE positions SET octets = $4"
                         " WHERE spool = $1 AND segment = $2 AND octets = $3 RETURNING octets";
  const auto moved = TRY(fetch_first<std::uint64_t>(*database_, sql, batch.spool, batch.segment,
                                                    batch.begin, batch.end));
  if (moved) return {};
  return base::fail("store: somebody else collected " + batch.segment + " of spool " + batch.spool +
                    " past position " + std::to_string(batch.begin));
}

base::Result<void> Store::keep_unread(const Batch& batch) {
  const Day today = day_of(std::chrono::system_clock::now());
  for (const UnreadLine& unread : batch.unread) {
    TRY(run(*database_,
            "INSERT INTO unread_lines (spool, segment, position, day, fault, why, line)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"
            // A segment that came back, from a backup for example, is read from its beginning.
            " ON CONFLICT (spool, segment, position) DO NOTHING",
            batch.spool, batch.segment, unread.position, today, word(unread.error.fault),
            column_text(unread.error.what), Octets{unread.line}));
  }
  return {};
}

base::Result<Committed> Store::add(const Batch& batch) {
  Added added = TRY(insert(*database_, batch.events));
  Committed committed;
  std::map<std::int64_t, HourSum> hours;
  std::vector<Counted> counted;
  std::vector<const EventLine*> known;
  for (const EventLine& event_line : batch.events) {
    const auto& [event, line, position] = event_line;
    // Taken out, so that a line that is there twice counts once.
    const auto row_added = added.extract(column_text(event.id));
    if (!row_added) {
      ++committed.known;
      known.push_back(&event_line);
      continue;
    }
    ++committed.events;
    HourSum& sum = hours[hour_of(event.time)];
    sum.events += 1;
    sum.octets += row_added.mapped() + row_overhead;
    TRY(keep_failure(*database_, event, line));
    if (auto row = row_of(event)) {
      counted.push_back({event.time, *std::move(row), causes_report(event, report_address_)});
    }
  }
  TRY(add_up_hours(*database_, batch.spool, hours));
  TRY(count(*database_, counted));
  committed.different = TRY(keep_different(batch, known));
  return committed;
}

base::Result<std::size_t> Store::keep_different(const Batch& batch,
                                                const std::vector<const EventLine*>& known) {
  Batch different{.spool = batch.spool, .segment = batch.segment, .events = {}, .unread = {}};
  for (const EventLine* event : known) {
    if (TRY(find_line(*database_, event->event.id)) == event->line) continue;
    different.unread.push_back({event->position,
                                {event::LineFault::malformed, "its id is that of another event"},
                                event->line});
  }
  TRY(keep_unread(different));
  return different.unread.size();
}

base::Result<std::map<std::string, std::uint64_t>> positions(Database& database,
                                                             const std::string& spool) {
  const auto rows = TRY(fetch<std::string, std::uint64_t>(
      database, "SELECT segment, octets FROM positions WHERE spool = $1", spool));
  std::map<std::string, std::uint64_t> positions;
  for (const auto& [segment, octets] : rows)
    positions[segment] = octets;
  return positions;
}

base::Result<void> Store::forget(const std::string& spool, const std::string& segment) {
  return run(*database_, "DELETE FROM positions WHERE spool = $1 AND segment = $2", spool, segment);
}

base::Result<std::size_t> Store::read_again() {
  std::size_t read = 0;
  std::tuple<std::string, std::string, std::int64_t> last = {"", "", -1};
  while (true) {
    const auto& [last_spool, last_segment, last_position] = last;
    const auto rows = TRY(fetch<std::string, std::string, std::int64_t, std::string>(
        *database_,
        "SELECT spool, segment, position, line FROM unread_lines WHERE fault = 'newer'"
        " AND (spool, segment, position) > ($1, $2, $3) ORDER BY spool, segment, position LIMIT $4",
        last_spool, last_segment, last_position, page_max));
    for (const auto& [spool, segment, position, line] : rows) {
      last = {spool, segment, position};
      auto event = event::from_line(line);
      if (!event) continue;
      Batch batch;
      batch.spool = spool;
      batch.events.push_back({*std::move(event), line, 0});
      const auto move_line = [&]() -> base::Result<Committed> {
        const auto removed = TRY(fetch_first<std::int64_t>(
            *database_,
            "DELETE FROM unread_lines WHERE spool = $1 AND segment = $2 AND position = $3"
            " RETURNING position",
            spool, segment, position));
        return removed ? add(batch) : Committed();
      };
      read += TRY(in_transaction(*database_, move_line)).events;
    }
    if (rows.size() < page_max) return read;
  }
}

}  // namespace store
