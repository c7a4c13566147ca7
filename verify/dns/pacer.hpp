#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dns {

// Holds bursts back so that they do not overflow the server's socket (Debian gives it 208 KiB, some
// 270 small packets): at most 200 questions of the last 20 ms are without an answer. Older ones
// have been read, their answers are just slow, and they stand in nobody's way. Pure: time is given
// and must not go back.
class Pacer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Ticket = std::int64_t;

  [[nodiscard]] bool may_send(TimePoint now) {
    advance(now);
    return young_ < young_max;
  }

  // The ticket goes back with the answer, at any time.
  [[nodiscard]] Ticket sent() {
    ++young_;
    ++slots_[place(current_)];
    return current_;
  }

  void answered(Ticket ticket) {
    if (ticket <= current_ - slots_count || slots_[place(ticket)] == 0) return;
    --slots_[place(ticket)];
    --young_;
  }

 private:
  static constexpr int young_max = 200;
  static constexpr Ticket slots_count = 4;
  static constexpr std::chrono::milliseconds slot{5};

  static std::size_t place(Ticket ticket) { return static_cast<std::size_t>(ticket % slots_count); }

  void advance(TimePoint now) {
    const Ticket last = now.time_since_epoch() / slot;
    for (int i = 0; i < slots_count && current_ < last; ++i) {
      young_ -= slots_[place(++current_)];
      slots_[place(current_)] = 0;
    }
    current_ = last;
  }

  std::array<int, slots_count> slots_{};  // Sent in this slot of time and not answered.
  Ticket current_ = 0;
  int young_ = 0;
};

}  // namespace dns
