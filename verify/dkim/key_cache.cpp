#include "verify/dkim/key_cache.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace dkim {

namespace {

constexpr std::size_t shard_count = 16;
constexpr std::size_t record_octets_max = 2048;  // Longer ones are no keys in use, only memory.

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

using Entry = std::shared_ptr<const base::Result<Key, Reason>>;
using Generation = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

}  // namespace

// Two generations: when the young one is full it becomes the old one, and what the old one still
// held is dropped. A key that is asked for moves back to the young one, so keys in use stay.
struct KeyCache::Shard {
  std::mutex mutex;
  Generation young;
  Generation old;

  // REQUIRES: the mutex is held.
  [[nodiscard]] Entry find(std::string_view record) {
    if (const auto found = young.find(record); found != young.end()) return found->second;
    if (const auto found = old.find(record); found != old.end()) return found->second;
    return nullptr;
  }
};

KeyCache::KeyCache(std::size_t entries_max)
    : shards_(std::make_unique<Shard[]>(shard_count)),
      generation_max_(std::max<std::size_t>(1, entries_max / shard_count / 2)) {}

KeyCache::~KeyCache() = default;

Entry KeyCache::parse(std::string_view record) {
  if (record.size() > record_octets_max) {
    return std::make_shared<const base::Result<Key, Reason>>(parse_key(record));
  }
  Shard& shard = shards_[Hash{}(record) % shard_count];
  Entry entry;
  {
    const std::scoped_lock lock(shard.mutex);
    entry = shard.find(record);
    if (entry && shard.young.contains(record)) return entry;
  }
  // Outside the lock: two threads may both parse a new key, and both get the same value.
  if (!entry) entry = std::make_shared<const base::Result<Key, Reason>>(parse_key(record));
  Generation dropped;  // Destroyed after the lock is released.
  const std::scoped_lock lock(shard.mutex);
  if (shard.young.size() >= generation_max_) {
    dropped = std::exchange(shard.old, std::exchange(shard.young, {}));
  }
  shard.young.emplace(record, entry);
  return entry;
}

}  // namespace dkim
