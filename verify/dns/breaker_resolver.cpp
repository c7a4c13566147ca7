#include "verify/dns/breaker_resolver.hpp"

#include <algorithm>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "verify/base/guarded.hpp"

namespace dns {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t names_max = 10'000;  // Of the latest: enough to know, whatever the traffic.
constexpr std::size_t looked_at_max = 4;   // Answers on their way, at each new lookup.

// The two right-most labels. All of in-addr.arpa is one name, and so is "co.uk": that is coarse,
// but a registered name is not counted twice.
std::string_view registered(std::string_view name) {
  const std::size_t last = name.rfind('.');
  if (last == std::string_view::npos || last == 0) return name;
  const std::size_t before = name.rfind('.', last - 1);
  return before == std::string_view::npos ? name : name.substr(before + 1);
}

// How names fared, each by its last answer. Latest first; all steps are constant time.
class Ledger {
 public:
  void note(std::string_view name, bool failed, Clock::time_point at) {
    if (const auto known = places_.find(name); known != places_.end()) erase(known->second);
    if (entries_.size() == names_max) erase(std::prev(entries_.end()));
    entries_.push_front({std::string(name), at, failed});
    places_.emplace(entries_.front().name, entries_.begin());
    failed_ += failed ? 1 : 0;
  }

  void forget_before(Clock::time_point time) {
    while (!entries_.empty() && entries_.back().at < time)
      erase(std::prev(entries_.end()));
  }

  [[nodiscard]] bool has(std::string_view name) const { return places_.contains(name); }
  [[nodiscard]] std::size_t names() const { return entries_.size(); }
  [[nodiscard]] std::size_t failed() const { return failed_; }

 private:
  struct Entry {
    std::string name;
    Clock::time_point at;
    bool failed = false;
  };

  void erase(std::list<Entry>::iterator place) {
    failed_ -= place->failed ? 1 : 0;
    places_.erase(place->name);
    entries_.erase(place);
  }

  std::list<Entry> entries_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator>
      places_;  // Views of Entry::name.
  std::size_t failed_ = 0;
};

// What has been asked and not yet been seen answered.
struct InFlight {
  std::string name;
  Pending pending;
};

}  // namespace

struct BreakerResolver::Watch {
  struct Record {
    std::list<InFlight> in_flight;
    Ledger ledger;    // Of the window.
    Ledger answered;  // At any time.
    bool open = false;
  };

  explicit Watch(const Options& given) : options(given) {}

  // Looks at the `count` answers that have been waited for longest.
  void settle(Record& record, std::size_t count) const {
    const Clock::time_point now = options.now();
    auto next = record.in_flight.begin();
    for (; count > 0 && next != record.in_flight.end(); --count) {
      const auto one = next++;
      if (!is_ready(one->pending)) {  // To the end: others get their turn.
        record.in_flight.splice(record.in_flight.end(), record.in_flight, one);
        continue;
      }
      const bool failed = is_temporary(one->pending.get().outcome);
      if (!failed) record.answered.note(one->name, failed, now);
      const bool proves = record.answered.names() == 0 || record.answered.has(one->name);
      if (proves) record.ledger.note(one->name, failed, now);
      record.in_flight.erase(one);
    }
    record.ledger.forget_before(now - options.window);
    judge(record);
  }

  void judge(Record& record) const {
    const auto names = static_cast<double>(record.ledger.names());
    const auto failed = static_cast<double>(record.ledger.failed());
    if (record.open) {
      record.open = record.ledger.names() > 0 && failed >= options.close_at * names;
    } else {
      record.open = record.ledger.names() >= options.names_min && failed >= options.open_at * names;
    }
  }

  const Options options;
  base::Guarded<Record> guarded;
};

BreakerResolver::BreakerResolver(Resolver& below, const Options& options)
    : below_(below), watch_(std::make_unique<Watch>(options)) {}

BreakerResolver::~BreakerResolver() = default;

Pending BreakerResolver::lookup(const Question& question) {
  Pending pending = below_.lookup(question);
  const auto record = watch_->guarded.lock();
  watch_->settle(*record, looked_at_max);
  record->in_flight.push_back({std::string(registered(question.name)), pending});
  return pending;
}

BreakerResolver::State BreakerResolver::state() const {
  const auto record = watch_->guarded.lock();
  watch_->settle(*record, record->in_flight.size());
  return {record->open, record->ledger.names(), record->ledger.failed()};
}

}  // namespace dns
