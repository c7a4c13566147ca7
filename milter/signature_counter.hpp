#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/guarded.hpp"
#include "verify/verification.hpp"

namespace milter {

// How often each passing DKIM signature was seen lately: a replay repeats one (RFC 6376 §8.6). Of
// fixed size, about 1.5 MB: what was seen least makes room. Counts may be too low then, never too
// high but by a collision of hashes. Safe for concurrent use.
class SignatureCounter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::hours window{1};  // From the first time on.

  // Counts the passing signatures of one message, and returns how often the most frequent of them
  // had been counted before, within the hour since its first time; 0 for none. Call once per
  // message.
  [[nodiscard]] std::uint64_t count(const verify::Facts& facts, Time now);

 private:
  // One signature, by a hash of d=, s= and the start of b=.
  struct Slot {
    std::uint64_t key = 0;
    std::uint64_t times = 0;  // 0: free.
    Time first;               // When `times` began to count.
  };
  static constexpr std::size_t shards = 64;
  static constexpr std::size_t slots = 1024;  // Of each; 64 k signatures in all.
  static constexpr std::size_t ways = 8;      // Slots that one key may be in.
  using Shard = base::Guarded<std::array<Slot, slots>>;

  [[nodiscard]] std::uint64_t count(std::uint64_t key, Time now);

  const std::unique_ptr<std::array<Shard, shards>> shards_ =
      std::make_unique<std::array<Shard, shards>>();
};

}  // namespace milter
