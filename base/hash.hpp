#pragma once

#include <cstdint>
#include <string_view>

namespace base {

// FNV-1a, 64 bits: a fast hash of text that is the same in every build and on every machine, so
// that it may be stored and compared later. The last octets of the text are mixed badly, and
// collisions are easy to find for whoever wants one: not for hash tables that an attacker fills.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

}  // namespace base
