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
  explicit KeyCache(std::size_t entries_max = 10'000);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  [[nodiscard]] std::shared_ptr<const base::Result<Key, Reason>> parse(std::string_view record);

 private:
  struct Shard;
  std::unique_ptr<Shard[]> shards_;
  std::size_t generation_max_;
};

}  // namespace dkim
