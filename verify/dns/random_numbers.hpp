#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <sys/random.h>

namespace dns {

// Numbers an outsider cannot guess (RFC 5452 §9.2), from the kernel, many at a time. Of one thread.
class RandomNumbers {
 public:
  [[nodiscard]] std::uint16_t next() {
    if (used_ == numbers_.size()) {
      // Up to 256 octets come at once and whole, once the machine has started.
      [[maybe_unused]] const auto got = ::getrandom(numbers_.data(), sizeof numbers_, 0);
      used_ = 0;
    }
    return numbers_[used_++];
  }

 private:
  std::array<std::uint16_t, 128> numbers_{};
  std::size_t used_ = 128;
};

}  // namespace dns
