#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "verify/dkim/key.hpp"

namespace dkim {

// Remembers parse_key() by record text, so that a sender's key is built, and OpenSSL's tables for
// it are made, once; those not asked for lately are dropped first. A pure function's memo: no
// verdict depends on it. Safe for concurrent use.
class KeyCache {
 public:
  // Remembers about `entries_max` records at most, whether they hold keys or not.
  explicit KeyCache(std::size_t entries_max = 10'000);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  // What parse_key() says of the record, remembered or made now; never null, and shared with others
  // who ask. Records over 2,048 octets are parsed each time.
  [[nodiscard]] std::shared_ptr<const base::Result<Key, Reason>> parse(std::string_view record);

 private:
  struct Shard;
  std::unique_ptr<Shard[]> shards_;  // 16, each with its lock.
  std::size_t generation_max_;       // Entries of one generation in a shard.
};

}  // namespace dkim
