#include "cli/event_source.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "report/reader/event_reader.hpp"
#include "report/reader/spool_reader.hpp"
#include "report/store/collector.hpp"
#include "report/store/store.hpp"
#include "verify/base/text.hpp"

namespace cli {

namespace {

using report::EventQuery;

// Visits events at once or, where only the newest so many are wanted, at the end.
class Sink {
 public:
  Sink(const EventQuery& query, const EventSource::Visit& visit) : query_(query), visit_(visit) {}

  // False: enough.
  [[nodiscard]] bool take(std::string_view line) {
    // An id stands in the line as it is: most lines need no reading.
    if (!query_.id.empty() && !line.contains(query_.id)) return true;
    const auto event = report::from_line(line);
    if (!event) {
      ++(event.error().fault == report::LineFault::newer ? unread_.newer : unread_.malformed);
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
      const auto event = report::from_line(line);
      if (!event || !visit_(line, *event)) break;
    }
    return unread_;
  }

 private:
  const EventQuery& query_;
  const EventSource::Visit& visit_;
  Unread unread_;
  std::map<std::pair<base::WallTime, std::string>, std::string> newest_;
};

class SpoolSource final : public EventSource {
 public:
  explicit SpoolSource(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::string name() const override { return "spool " + directory_.string(); }

  base::Result<Unread> for_each(const EventQuery& query, const Visit& visit) override {
    const auto segments = report::list_segments(directory_);
    if (!segments) return std::unexpected(segments.error());
    Sink sink(query, visit);
    for (const report::Segment& segment : *segments) {
      const base::Result<bool> goes_on = read(segment.name, sink);
      if (!goes_on) return std::unexpected(goes_on.error());
      if (!*goes_on) break;
    }
    return sink.finish();
  }

  std::uint64_t size(const EventQuery&) override {
    std::uint64_t octets = 0;
    const auto segments = report::list_segments(directory_);
    if (!segments) return 0;
    for (const report::Segment& segment : *segments)
      octets += segment.octets;
    return octets;
  }
  [[nodiscard]] std::uint64_t progress() const override { return octets_read_; }

 private:
  base::Result<bool> read(const std::string& segment, Sink& sink) {
    std::uint64_t& position = positions_[segment];
    while (true) {
      const auto piece = report::read_lines(directory_ / segment, position, {});
      std::error_code ignored;
      // The collector may have removed it meanwhile: then it is in the store.
      if (!piece && !std::filesystem::exists(directory_ / segment, ignored)) return true;
      if (!piece) return std::unexpected(piece.error());
      if (piece->end == position) return true;
      for (const report::SpoolLine& line : piece->lines) {
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
  StoreSource(std::unique_ptr<report::Database> database, std::string scheme)
      : database_(std::move(database)), scheme_(std::move(scheme)) {}

  [[nodiscard]] std::string name() const override { return "store (" + scheme_ + ")"; }

  [[nodiscard]] std::string behind(const std::filesystem::path& spool) const override {
    const auto positions = report::positions(*database_, report::spool_id(spool));
    if (!positions) return {};
    const auto backlog = report::find_backlog(spool, *positions);
    if (!backlog || !backlog->oldest) return {};
    if (std::chrono::system_clock::now() - *backlog->oldest < std::chrono::minutes(1)) return {};
    return spool.string() + ": " + report::describe(*backlog) +
           ", not in the store yet and not shown: is postern-collect running? --spool shows them\n";
  }

  base::Result<Unread> for_each(const EventQuery& query, const Visit& visit) override {
    // Events of other gateways may come in late: those seen lately are known by their ids.
    constexpr std::chrono::minutes late_max{10};
    EventQuery asked = query;
    asked.newest_first = query.events_max != EventQuery{}.events_max;
    if (newest_)
      asked.since = std::max(*newest_ - late_max, query.since.value_or(*newest_ - late_max));
    const Visit visit_new = [&](std::string_view line, const report::Event& event) {
      if (!seen_.emplace(event.time, event.id).second) return true;
      newest_ = std::max(event.time, newest_.value_or(event.time));
      seen_.erase(seen_.begin(), seen_.lower_bound({*newest_ - late_max, ""}));
      return visit(line, event);
    };
    Sink sink(query, visit_new);
    const auto done = report::for_each_event(*database_, asked, [&](std::string_view line) {
      ++events_read_;
      return sink.take(line);
    });
    if (!done) return std::unexpected(done.error());
    return sink.finish();
  }

  std::uint64_t size(const EventQuery& query) override {
    return report::count_events(*database_, query).value_or(0);
  }
  [[nodiscard]] std::uint64_t progress() const override { return events_read_; }

 private:
  std::unique_ptr<report::Database> database_;
  std::string scheme_;
  std::optional<base::WallTime> newest_;
  std::set<std::pair<base::WallTime, std::string>> seen_;
  std::uint64_t events_read_ = 0;
};

}  // namespace

bool matches(const EventQuery& query, const report::Event& event) {
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

bool store_is_there(std::string_view url) {
  constexpr std::string_view sqlite = "sqlite:";
  if (!url.starts_with(sqlite)) return true;
  std::error_code ignored;
  return std::filesystem::exists(url.substr(sqlite.size()), ignored);
}

std::unique_ptr<EventSource> open_spool(std::filesystem::path directory) {
  return std::make_unique<SpoolSource>(std::move(directory));
}

base::Result<std::unique_ptr<EventSource>> open_store(const std::string& url) {
  if (!store_is_there(url)) return base::fail(url + ": there is no store yet");
  auto store = report::open_database(url);
  if (!store) return std::unexpected(store.error());
  return std::make_unique<StoreSource>(*std::move(store), url.substr(0, url.find(':')));
}

base::Result<std::unique_ptr<EventSource>> open_source(const SourceOptions& options,
                                                       const config::Config& config) {
  if (options.spool) {
    return open_spool(options.spool->empty() ? config.spool.directory
                                             : std::filesystem::path(*options.spool));
  }
  const bool given = options.store && !options.store->empty();
  if (!options.store && !store_is_there(config.store.url))
    return open_spool(config.spool.directory);
  auto store = open_store(given ? *options.store : config.store.url);
  if (store || options.store) return store;
  // What is left in the spool must not look like all there is.
  return base::fail(store.error().what + "\n--spool reads what is in the spool instead");
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
