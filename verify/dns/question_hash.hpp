#pragma once

#include <cstdint>

#include "verify/dns/resolver.hpp"

namespace dns {

// The secret of a hash table: outsiders choose the names in it, so they must not know which ones
// collide.
struct HashKey {
  std::uint64_t first = 0;   // 64 bits by chance.
  std::uint64_t second = 0;  // And 64 more.

  // A new key from the system's source of randomness.
  [[nodiscard]] static HashKey random();
};

// SipHash-1-3 of the question. Only questions with names in lower case are equal and hash equally.
// Pure.
[[nodiscard]] std::uint64_t hash_of(const Question& question, HashKey key);

}  // namespace dns
