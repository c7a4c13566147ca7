#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "verify/dkim/key.hpp"

namespace dkim {

// Remembers parse_key() by record text: making an OpenSSL key costs more than half a verification.
// A pure function's memo, so no verdict depends on it. Sharded, bounded. Safe for concurrent use.
class KeyCache {
 public:
  explicit KeyCache(std::size_t entries_max = 10'000);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  [[nodiscard]] std::shared_ptr<const base::Result<Key, Reason>> parse(std::string_view record);

 private:
  struct Shard;
  std::unique_ptr<Shard[]> shards_;
  std::size_t shard_entries_max_;
};

}  // namespace dkim
