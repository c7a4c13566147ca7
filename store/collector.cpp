#include "store/collector.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/try.hpp"
#include "event/event_reader.hpp"

namespace store {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds outage_pause_max = std::chrono::minutes(1);
constexpr std::chrono::hours housekeeping_interval{1};
// With a limit of size also after so much of it.
constexpr std::uint64_t housekeeping_share = 16;
constexpr std::uint64_t housekeeping_octets_min = 1 << 20;
constexpr std::uint64_t reserve_share = 8;
constexpr std::uint64_t reserve_octets_max = 4 << 20;
constexpr std::size_t troubles_max = 20;  // Different ones that are told of one outage.
constexpr std::size_t id_octets_max = 200;

event::LineError error_of(const event::SpoolLine& line, event::LineError otherwise) {
  if (line.torn)
    return {event::LineFault::malformed, "cut off: its writer died, or the power failed"};
  if (line.cut) return {event::LineFault::malformed, "too long to be an event"};
  return otherwise;
}

Batch to_batch(const std::string& spool, const std::string& segment,
               const event::SpoolPiece& piece) {
  Batch batch;
  batch.spool = spool;
  batch.segment = segment;
  batch.end = piece.end;
  for (const event::SpoolLine& line : piece.lines) {
    auto event = event::from_line(line.text);
    if (event && event->id.size() > id_octets_max) {  // Two of them might become one in the store.
      batch.unread.push_back(
          {line.position, {event::LineFault::malformed, "its id is too long"}, line.text});
    } else if (event && !line.cut) {  // A torn line may be a whole event: its line end is missing.
      batch.events.push_back({*std::move(event), line.text, line.position});
    } else {
      event::LineError error = event ? event::LineError() : std::move(event.error());
      batch.unread.push_back({line.position, error_of(line, std::move(error)), line.text});
    }
  }
  return batch;
}

}  // namespace

base::Result<Collector> Collector::open(Options options, Surroundings surroundings) {
  auto reader = TRY(event::SpoolReader::open(options.directory));
  return Collector(std::move(options), std::move(surroundings), std::move(reader));
}

void Collector::run() {
  milliseconds pause = options_.outage_pause;
  bool trouble = false;
  while (!stopped_) {
    const base::Result<bool> passed = pass();
    if (passed) {
      if (std::exchange(trouble, false)) info("collect: the store is back");
      troubles_.clear();
      pause = options_.outage_pause;
      if (!*passed && !stopped_) stopped_ = surroundings_.wait(options_.idle_pause);
      continue;
    }
    store_.reset();  // What the last transaction came to, only the store knows: connect() asks it.
    trouble = true;
    tell_of_trouble(passed.error().what);
    tell_when_behind();
    stopped_ = surroundings_.wait(pause);
    pause = std::min(2 * pause, outage_pause_max);
  }
}

// An outage often shows as one thing and is another: each is told, once.
void Collector::tell_of_trouble(const std::string& what) {
  if (troubles_.size() >= troubles_max || !troubles_.insert(what).second) return;
  warn("collect: " + what + (troubles_.size() == 1 ? "; the spool waits" : "; still waiting"));
}

base::Result<void> Collector::run_once() {
  TRY(connect());
  if (const auto backlog = find_backlog(options_.directory, positions_)) {
    octets_to_collect_ = backlog->octets;
  }
  while (!stopped_) {
    if (!TRY(pass())) break;
  }
  return {};
}

base::Result<void> Collector::connect() {
  if (store_) return store_->database().still_there();  // Soon: who opens it meanwhile is misled.
  Store store = TRY(Store::open(options_.url, surroundings_.progress));
  store.set_report_address(options_.report_address);
  auto known = TRY(positions(store.database(), reader_.id()));
  const auto segments = TRY(event::list_segments(options_.directory));
  // Deleted, but the process died before it said so.
  for (const auto& [segment, octets] : known) {
    if (std::ranges::find(segments, segment, &event::Segment::name) != segments.end()) continue;
    TRY(store.forget(reader_.id(), segment));
  }
  const std::size_t again = TRY(store.read_again());
  if (again > 0) info("collect: " + std::to_string(again) + " lines can be read now");
  positions_ = std::move(known);
  finished_.clear();  // It may be another store, from a backup: that has not what these hold.
  store_ = std::move(store);
  return {};
}

base::Result<bool> Collector::pass() {
  TRY(connect());
  TRY(keep_house());
  const auto segments = TRY(event::list_segments(options_.directory));
  bool worked = false;
  for (const event::Segment& segment : segments) {
    const auto finished = finished_.find(segment.name);
    const bool done = finished != finished_.end() && finished->second == segment.octets;
    for (bool more = !done; more && !stopped_;) {
      more = TRY(collect_some(segment.name));
      if (!more) break;
      worked = true;
      stopped_ = surroundings_.wait({});
      tell_when_behind();
    }
  }
  if (!worked) behind_since_.reset();
  return worked;
}

base::Result<bool> Collector::collect_some(const std::string& segment) {
  const auto known = positions_.find(segment);
  const std::uint64_t position = known == positions_.end() ? 0 : known->second;
  const auto piece = reader_.read(segment, position, options_.batch);
  if (!piece) {
    skip(segment, piece.error());
    return false;
  }
  skipped_.erase(segment);
  if (piece->changed) {
    TRY(begin_again(segment, position));
    return true;
  }
  if (piece->end > position) TRY(commit(segment, *piece));
  if (piece->finished) TRY(finish(segment));
  return piece->end > position && !piece->finished;
}

base::Result<void> Collector::begin_again(const std::string& segment, std::uint64_t position) {
  warn("collect: " + base::printable(segment) + " was collected up to octet " +
       std::to_string(position) +
       ", and is another file now, or was cut off: it is read again from its beginning, and what it"
       " had besides is lost");
  positions_.erase(segment);
  return store_->forget(reader_.id(), segment);
}

base::Result<void> Collector::commit(const std::string& segment, const event::SpoolPiece& piece) {
  Batch batch = to_batch(reader_.id(), segment, piece);
  batch.begin = positions_[segment];
  const Committed committed = TRY(store_->commit(batch));
  positions_[segment] = piece.end;
  octets_collected_ += piece.end - batch.begin;
  octets_since_housekeeping_ += piece.end - batch.begin;
  if (surroundings_.progress && octets_to_collect_ > 0) {
    surroundings_.progress("collect", std::min(octets_collected_, octets_to_collect_),
                           octets_to_collect_);
  }
  if (committed.known > 0) {
    warn("collect: " + segment + ": " + std::to_string(committed.known) +
         " events were in the store already");
  }
  if (committed.different > 0) {
    warn("collect: " + segment + ": " + std::to_string(committed.different) +
         " of these have other content than the event of their id in the store, and are kept in"
         " table unread_lines");
  }
  if (!batch.unread.empty()) {
    const UnreadLine& first = batch.unread.front();
    warn("collect: " + segment + ": " + std::to_string(batch.unread.size()) +
         " lines cannot be read, and are kept in table unread_lines; the first, at octet " +
         std::to_string(first.position) + ": " + base::printable(first.error.what));
  }
  return {};
}

// The segment goes first: a position without a segment is harmless, the reverse is not.
base::Result<void> Collector::finish(const std::string& segment) {
  if (options_.keep_segments) {
    finished_[segment] = positions_[segment];
    return {};
  }
  // What was committed is in the file of that name, and not in one that somebody took away.
  TRY(store_->database().still_there());
  const auto removed = reader_.remove(segment, positions_[segment]);
  if (!removed) {
    skip(segment, removed.error());
    finished_[segment] = positions_[segment];
    return {};
  }
  if (!*removed) return {};
  positions_.erase(segment);
  return store_->forget(reader_.id(), segment);
}

void Collector::skip(const std::string& segment, const base::Error& error) {
  if (skipped_.insert(segment).second) warn("collect: " + error.what + "; the rest goes on");
}

base::Result<void> Collector::keep_house() {
  const std::uint64_t octets_max = options_.retention.octets_max;
  const std::uint64_t soon = std::max(octets_max / housekeeping_share, housekeeping_octets_min);
  const bool much = octets_max > 0 && octets_since_housekeeping_ >= soon;
  if (Clock::now() < housekeeping_ && !much) return {};
  const Expired expired = TRY(expire_old());
  if (expired.events > 0)
    info("collect: " + std::to_string(expired.events) + " old events deleted");
  std::set<std::string> warnings(expired.warnings.begin(), expired.warnings.end());
  for (const std::string& warning : warnings) {
    if (!warnings_.contains(warning)) warn("collect: " + warning);
  }
  warnings_ = std::move(warnings);
  housekeeping_ = Clock::now() + housekeeping_interval;
  octets_since_housekeeping_ = 0;
  return {};
}

// On a full disk nothing can be deleted either, but for the room that was set aside.
base::Result<Expired> Collector::expire_old() {
  Database& database = store_->database();
  const auto once = [&] {
    return expire(database, options_.retention, std::chrono::system_clock::now());
  };
  auto expired = once();
  if (!expired && database.give_up_reserve()) expired = once();
  const std::uint64_t octets_max = options_.retention.octets_max;
  if (expired && octets_max > 0) {
    database.make_reserve(std::min(octets_max / reserve_share, reserve_octets_max));
  }
  return expired;
}

void Collector::tell_when_behind() {
  const base::Deadline now = Clock::now();
  if (!behind_since_) behind_since_ = now;
  if (now - *behind_since_ < options_.behind_pause) return;
  behind_since_ = now;
  const auto backlog = find_backlog(options_.directory, positions_);
  if (backlog && backlog->octets > 0) warn("collect: behind by " + describe(*backlog));
}

base::Result<Backlog> find_backlog(const std::filesystem::path& directory,
                                   const std::map<std::string, std::uint64_t>& positions) {
  const auto segments = TRY(event::list_segments(directory));
  Backlog backlog;
  for (const auto& [segment, octets] : segments) {
    const auto known = positions.find(segment);
    const std::uint64_t position = known == positions.end() ? 0 : known->second;
    if (octets <= position) continue;
    ++backlog.segments;
    backlog.octets += octets - position;
    const auto piece =
        event::read_lines(directory / segment, position, {1, event::ReadLimits().octets_max});
    if (!piece || piece->lines.empty()) continue;
    const auto event = event::from_line(piece->lines.front().text);
    if (event && (!backlog.oldest || event->time < *backlog.oldest)) backlog.oldest = event->time;
  }
  return backlog;
}

std::string describe(const Backlog& backlog) {
  std::string text = std::to_string(backlog.octets) + " octets in " +
                     std::to_string(backlog.segments) + " segments";
  if (!backlog.oldest) return text;
  const auto age =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - *backlog.oldest);
  return text.append(", the oldest event ").append(std::to_string(age.count())).append(" s old");
}

}  // namespace store
