#pragma once

#include <cstdint>
#include <string_view>

namespace base {

// FNV-1a, 64 bits: the same in every build, so that it may be stored and compared. Its last octets
// are mixed badly, and collisions are easy to find for who wants one.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

}  // namespace base
