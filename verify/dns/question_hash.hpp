#pragma once

#include <cstdint>

#include "verify/dns/resolver.hpp"

namespace dns {

// The secret of a table: outsiders choose the names, so they must not know which ones collide.
struct HashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  [[nodiscard]] static HashKey random();
};

[[nodiscard]] std::uint64_t hash_of(const Question& question, HashKey key);

}  // namespace dns
