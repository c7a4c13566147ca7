#include "verify/dns/caching_resolver.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

#include "base/guarded.hpp"
#include "verify/dns/question_hash.hpp"

namespace dns {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t shards_count = 64;   // 2^6: the upper six bits of a hash.
constexpr std::size_t entry_octets = 400;  // Of an entry beside its answer, about.

// The longest a question is on its way: bounds how old a failure can be when it is first seen.
constexpr base::Seconds flight_max{10};

std::size_t octets_of(const Answer& answer) {
  std::size_t octets = entry_octets;
  for (const Record& record : answer.records) {
    octets += sizeof(Record);
    if (const auto* text = std::get_if<std::string>(&record)) octets += text->capacity();
    if (const auto* exchange = std::get_if<MailExchange>(&record)) {
      octets += exchange->host.capacity();
    }
  }
  return octets;
}

// When the answer may no longer be used. A TTL counts from the question, which is early rather
// than late: nobody tells when the answer came. A failure counts from when it can have come at the
// latest, or it would be over before a slow time-out is.
Clock::time_point expiry(Clock::time_point asked, Clock::time_point now, const Answer& answer,
                         const CachingResolver::Options& options) {
  const auto failure = std::min(now, asked + flight_max) + options.failure_ttl;
  switch (answer.outcome) {
    case Outcome::found:
      return asked + std::min(answer.ttl, options.ttl_max);
    case Outcome::no_data:
    case Outcome::no_name:
      // RFC 2308 §5: without an SOA there is no negative TTL, and little is kept.
      if (answer.ttl <= base::Seconds::zero()) return failure;
      return asked + std::min({answer.ttl, options.negative_ttl_max, options.ttl_max});
    case Outcome::failure:
    case Outcome::timeout:
    case Outcome::not_asked:  // Never from below.
      return failure;
  }
  return failure;
}

struct Entry {
  Question question;
  std::uint64_t hash = 0;
  Pending pending;
  Clock::time_point asked;
  Clock::time_point expires;  // Known when settled.
  std::size_t octets = entry_octets;
  bool settled = false;                // The answer has been seen.
  std::list<Entry*>::iterator flight;  // In Table::in_flight_ until settled.
};

// Points into the entry, so that its name is held once.
struct Key {
  std::uint64_t hash = 0;
  const Question* question = nullptr;

  friend bool operator==(const Key& a, const Key& b) {
    return a.hash == b.hash && *a.question == *b.question;
  }
};

struct KeyHash {
  std::size_t operator()(const Key& key) const noexcept { return key.hash; }
};

// The entries of one shard, most recently used first. All steps are constant time.
class Table {
 public:
  // The answer to `key` that may still be used; not valid() when there is none.
  Pending find(const Key& key, Clock::time_point now, const CachingResolver::Options& options) {
    const auto found = places_.find(key);
    if (found == places_.end()) return {};
    const auto place = found->second;
    if (!place->settled && is_ready(place->pending)) settle(*place, now, options);
    if (place->settled && place->expires <= now) {
      erase(place);
      return {};
    }
    entries_.splice(entries_.begin(), entries_, place);
    return place->pending;
  }

  void insert(const Key& key, Pending pending, Clock::time_point now) {
    Entry& entry = entries_.emplace_front();
    entry.question = *key.question;
    entry.hash = key.hash;
    entry.pending = std::move(pending);
    entry.asked = now;
    entry.flight = in_flight_.insert(in_flight_.end(), &entry);
    octets_ += entry.octets;
    places_.emplace(Key{key.hash, &entry.question}, entries_.begin());
  }

  // Looks at some of the answers that nobody has asked for again, so that their size is known
  // before they pile up: each new entry pays for more than one old one.
  void settle_some(Clock::time_point now, const CachingResolver::Options& options) {
    for (std::size_t i = std::min<std::size_t>(3, in_flight_.size()); i > 0; --i) {
      Entry& entry = *in_flight_.front();
      if (is_ready(entry.pending)) {
        settle(entry, now, options);
      } else {
        in_flight_.splice(in_flight_.end(), in_flight_, in_flight_.begin());
      }
    }
  }

  void shrink(std::size_t entries_max, std::size_t octets_max) {
    while (entries_.size() > entries_max || (octets_ > octets_max && entries_.size() > 1)) {
      erase(std::prev(entries_.end()));
    }
  }

  void forget_failures() {
    for (auto place = entries_.begin(); place != entries_.end();) {
      const auto next = std::next(place);
      const bool failed = is_ready(place->pending) && is_temporary(place->pending.get().outcome);
      if (failed) erase(place);
      place = next;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  void settle(Entry& entry, Clock::time_point now, const CachingResolver::Options& options) {
    const Answer& answer = entry.pending.get();
    entry.expires = expiry(entry.asked, now, answer, options);
    octets_ -= entry.octets;
    entry.octets = octets_of(answer);
    octets_ += entry.octets;
    entry.settled = true;
    in_flight_.erase(entry.flight);
  }

  void erase(std::list<Entry>::iterator place) {
    if (!place->settled) in_flight_.erase(place->flight);
    octets_ -= place->octets;
    places_.erase(Key{place->hash, &place->question});
    entries_.erase(place);
  }

  std::list<Entry> entries_;
  std::list<Entry*> in_flight_;
  std::unordered_map<Key, std::list<Entry>::iterator, KeyHash> places_;
  std::size_t octets_ = 0;
};

}  // namespace

struct CachingResolver::Shards {
  const HashKey key = HashKey::random();
  std::array<base::Guarded<Table>, shards_count> tables;
};

CachingResolver::CachingResolver(Resolver& below, const Options& options, Now now)
    : below_(below), options_(options), now_(std::move(now)), shards_(std::make_unique<Shards>()) {}

CachingResolver::~CachingResolver() = default;

Pending CachingResolver::lookup(const Question& question) {
  const Key key{hash_of(question, shards_->key), &question};
  const Clock::time_point now = now_();
  // The upper bits choose the shard, the lower ones the bucket in it.
  const auto table = shards_->tables[key.hash >> 58].lock();
  if (Pending known = table->find(key, now, options_); known.valid()) return known;
  // Under the lock, so that nobody else asks the same; it costs little, as lookup() never blocks.
  Pending pending = below_.lookup(question);
  table->settle_some(now, options_);
  table->insert(key, pending, now);
  table->shrink(std::max<std::size_t>(1, options_.entries_max / shards_count),
                options_.octets_max / shards_count);
  return pending;
}

void CachingResolver::forget_failures() {
  for (auto& table : shards_->tables)
    table.lock()->forget_failures();
}

std::size_t CachingResolver::size() const {
  std::size_t entries = 0;
  for (const auto& table : shards_->tables)
    entries += table.lock()->size();
  return entries;
}

}  // namespace dns
