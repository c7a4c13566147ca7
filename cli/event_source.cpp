#include "cli/event_source.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/safe_file.hpp"
#include "base/text.hpp"
#include "cli/become_owner.hpp"
#include "event/event_reader.hpp"
#include "event/spool_reader.hpp"
#include "store/collector.hpp"
#include "store/store.hpp"

namespace cli {

namespace {

using store::EventKey;
using store::EventQuery;

// Visits events at once or, where only the newest so many are wanted, at the end.
class Sink {
 public:
  Sink(const EventQuery& query, EventSource::Visit visit)
      : query_(query), visit_(std::move(visit)) {}

  // False: enough.
  [[nodiscard]] bool take(std::string_view line) {
    // An id stands in the line as it is: most lines need no reading.
    if (!query_.id.empty() && !line.contains(query_.id)) return true;
    const auto event = event::from_line(line);
    if (!event) {
      ++(event.error().fault == event::LineFault::newer ? unread_.newer : unread_.malformed);
      return true;
    }
    if (!matches(query_, *event)) return true;
    if (query_.events_max == EventQuery{}.events_max) return visit_(line, *event);
    newest_.emplace(std::pair(event->time, event->id), line);
    if (newest_.size() > query_.events_max) newest_.erase(newest_.begin());
    return true;
  }

  [[nodiscard]] Unread finish() {
    for (const auto& [key, line] : newest_) {
      const auto event = event::from_line(line);
      if (!event || !visit_(line, *event)) break;
    }
    return unread_;
  }

 private:
  const EventQuery& query_;
  const EventSource::Visit visit_;
  Unread unread_;
  std::map<std::pair<base::WallTime, std::string>, std::string> newest_;
};

class SpoolSource final : public EventSource {
 public:
  explicit SpoolSource(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::string name() const override { return "spool " + directory_.string(); }

  base::Result<Unread> for_each(const EventQuery& query, const Visit& visit) override {
    const auto segments = event::list_segments(directory_);
    if (!segments) return std::unexpected(segments.error());
    Sink sink(query, visit);
    for (const event::Segment& segment : *segments) {
      const base::Result<bool> goes_on = read(segment.name, sink);
      if (!goes_on) return std::unexpected(goes_on.error());
      if (!*goes_on) break;
    }
    return sink.finish();
  }

  std::uint64_t size(const EventQuery&) override {
    std::uint64_t octets = 0;
    const auto segments = event::list_segments(directory_);
    if (!segments) return 0;
    for (const event::Segment& segment : *segments)
      octets += segment.octets;
    return octets;
  }
  [[nodiscard]] std::uint64_t progress() const override { return octets_read_; }

 private:
  base::Result<bool> read(const std::string& segment, Sink& sink) {
    std::uint64_t& position = positions_[segment];
    while (true) {
      const auto piece = event::read_lines(directory_ / segment, position, {});
      std::error_code ignored;
      // The collector may have removed it meanwhile: then it is in the store.
      if (!piece && !std::filesystem::exists(directory_ / segment, ignored)) return true;
      if (!piece) return std::unexpected(piece.error());
      if (piece->end == position) return true;
      for (const event::SpoolLine& line : piece->lines) {
        octets_read_ += line.text.size() + 1;
        if (!sink.take(line.text)) return false;
      }
      position = piece->end;
    }
  }

  std::filesystem::path directory_;
  std::map<std::string, std::uint64_t> positions_;  // Where the next call goes on.
  std::uint64_t octets_read_ = 0;
};

class StoreSource final : public EventSource {
 public:
  StoreSource(store::Store store, std::string scheme)
      : store_(std::move(store)), scheme_(std::move(scheme)) {}

  [[nodiscard]] std::string name() const override { return "store (" + scheme_ + ")"; }

  [[nodiscard]] std::string behind(const std::filesystem::path& spool) const override {
    const auto positions = store::positions(store_.database(), event::spool_id(spool));
    if (!positions) return {};
    const auto backlog = store::find_backlog(spool, *positions);
    if (!backlog || !backlog->oldest) return {};
    if (std::chrono::system_clock::now() - *backlog->oldest < std::chrono::minutes(1)) return {};
    return spool.string() + ": " + store::describe(*backlog) +
           ", not in the store yet and not shown: is postern-collect running? --spool shows them\n";
  }

  base::Result<Unread> for_each(const EventQuery& query, const Visit& visit) override {
    const base::WallTime oldest = std::chrono::system_clock::now() - late_max;
    seen_.erase(seen_.begin(), seen_.lower_bound({oldest, ""}));
    Sink sink(query, [&](std::string_view line, const event::Event& event) {
      if (event.time >= oldest) seen_.insert({event.time, event.id});
      return visit(line, event);
    });
    const bool first = !std::exchange(asked_before_, true);
    const auto done = first ? find(query, sink) : find_new(query, sink);
    if (!done) return std::unexpected(done.error());
    const Unread unread = sink.finish();
    // Who wanted the newest so many wants none older than these.
    if (query.events_max != EventQuery{}.events_max && !seen_.empty()) floor_ = *seen_.begin();
    return unread;
  }

  std::uint64_t size(const EventQuery& query) override {
    return store::count_events(store_.database(), query).value_or(0);
  }
  [[nodiscard]] std::uint64_t progress() const override { return events_read_; }

 private:
  // Events come into the store as their gateways' collectors have time: so late are they noticed.
  static constexpr std::chrono::minutes late_max{10};
  static constexpr std::chrono::seconds late_usually{20};
  static constexpr unsigned calls_between_looks_back = 60;

  base::Result<void> find(EventQuery query, Sink& sink) {
    query.newest_first = query.events_max != EventQuery{}.events_max;
    return store::for_each_event(store_.database(), query, [&](std::string_view line) {
      ++events_read_;
      return sink.take(line);
    });
  }

  // Reads the lines of those events only that were not seen yet: this is asked twice a second.
  base::Result<void> find_new(EventQuery query, Sink& sink) {
    const bool look_back = calls_++ % calls_between_looks_back == 0;
    const base::WallTime reach =
        std::chrono::system_clock::now() - (look_back ? late_max : late_usually);
    query.since = std::max(reach, query.since.value_or(reach));
    query.newest_first = false;
    std::vector<std::string> found;
    const auto done = store::for_each_key(store_.database(), query, [&](const EventKey& key) {
      if (key >= floor_ && seen_.insert(key).second) found.push_back(key.id);
      return true;
    });
    if (!done) return done;
    for (const std::string& id : found) {
      const auto line = store::find_line(store_.database(), id);
      if (!line) return std::unexpected(line.error());
      ++events_read_;
      if (!line->empty() && !sink.take(*line)) break;
    }
    return {};
  }

  store::Store store_;
  std::string scheme_;
  bool asked_before_ = false;
  unsigned calls_ = 0;       // Of find_new().
  std::set<EventKey> seen_;  // Of the last minutes.
  EventKey floor_{base::WallTime::min(), ""};
  std::uint64_t events_read_ = 0;
};

}  // namespace

bool matches(const EventQuery& query, const event::Event& event) {
  const policy::Decision& decision = event.decision;
  if (query.since && event.time < *query.since) return false;
  if (query.until && event.time >= *query.until) return false;
  if (!query.id.empty() && event.id != query.id && event.envelope.queue_id != query.id)
    return false;
  if (query.action && decision.action != *query.action) return false;
  if (query.would && decision.would != *query.would) return false;
  if (!query.rule.empty() && decision.rule != query.rule) return false;
  if (!query.gateway.empty() && event.gateway != query.gateway) return false;
  if (query.from_domain.empty()) return true;
  const base::Domain* author = event.facts.from_domain();
  const auto wanted = base::Domain::parse(query.from_domain);
  return author != nullptr && wanted && author->is_within(*wanted);
}

std::unique_ptr<EventSource> open_spool(std::filesystem::path directory) {
  return std::make_unique<SpoolSource>(std::move(directory));
}

base::Result<std::unique_ptr<EventSource>> open_store(const std::string& url) {
  auto store = store::Store::open_existing(url);
  if (!store) return std::unexpected(store.error());
  return std::make_unique<StoreSource>(*std::move(store), url.substr(0, url.find(':')));
}

Result<std::unique_ptr<EventSource>> open_source(const SourceOptions& options,
                                                 const config::Config& config) {
  if (options.spool) {
    std::filesystem::path directory =
        options.spool->empty() ? config.spool.directory : std::filesystem::path(*options.spool);
    const auto become = base::become_owner_of(directory);
    if (!become) return failure(become.error().what);
    return open_spool(std::move(directory));
  }
  const bool given = options.store && !options.store->empty();
  if (!options.store && !store::database_exists(config.store.url)) {
    const auto become = base::become_owner_of(config.spool.directory);
    if (!become) return failure(become.error().what);
    return open_spool(config.spool.directory);
  }
  const std::string& url = given ? *options.store : config.store.url;
  const auto become = become_owner_of_store(url);
  if (!become) return failure(become.error().what);
  auto store = open_store(url);
  if (store || options.store) return or_failure(std::move(store));
  // What is left in the spool must not look like all there is.
  return failure(store.error().what + "\n--spool reads what is in the spool instead");
}

std::string complaint(const Unread& unread) {
  std::string text;
  if (unread.malformed > 0) {
    text = std::to_string(unread.malformed) + " lines are no events and were skipped\n";
  }
  if (unread.newer > 0) {
    text += std::to_string(unread.newer) + " events are of a newer version of Postern\n";
  }
  return text;
}

}  // namespace cli
