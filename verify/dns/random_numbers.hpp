#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <sys/random.h>

namespace dns {

// Numbers an outsider cannot guess (RFC 5452 §9.2), from the kernel, many at a time: ids of
// packets, spelling of names, made up names. Used by one thread only.
class RandomNumbers {
 public:
  // A number from 0 to 65535, all equally likely.
  [[nodiscard]] std::uint16_t next() {
    if (used_ == numbers_.size()) {
      // Up to 256 octets come at once and whole, once the machine has started.
      [[maybe_unused]] const auto got = ::getrandom(numbers_.data(), sizeof numbers_, 0);
      used_ = 0;
    }
    return numbers_[used_++];
  }

 private:
  std::array<std::uint16_t, 128> numbers_{};  // 256 octets: what getrandom(2) gives in one piece.
  std::size_t used_ = 128;                    // How many of them were given out: all, at first.
};

}  // namespace dns
