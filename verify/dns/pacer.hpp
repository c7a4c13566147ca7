#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dns {

// Holds bursts back so that they do not overflow the server's socket (Debian gives it 208 KiB, some
// 270 small packets): at most 200 questions of the last 20 ms are without an answer. Older ones
// have been read by the server, their answers are just slow, and they stand in nobody's way. Pure:
// time is given and must not go back. Used by one thread only.
class Pacer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;  // Monotonic.
  using Ticket = std::int64_t;  // The slot of time in which a question was sent.

  // True when one more question may go out now; to be asked before each sent().
  [[nodiscard]] bool may_send(TimePoint now) {
    advance(now);
    return young_ < young_max;
  }

  // Notes a question as sent at the time of the last may_send(). The ticket is given to answered()
  // with the answer, at any time.
  [[nodiscard]] Ticket sent() {
    ++young_;
    ++slots_[place(current_)];
    return current_;
  }

  // Makes room for another, unless the question is so old that it does not count any more.
  void answered(Ticket ticket) {
    if (ticket <= current_ - slots_count || slots_[place(ticket)] == 0) return;
    --slots_[place(ticket)];
    --young_;
  }

 private:
  static constexpr int young_max = 200;     // Leaves room in a socket for some 270 packets.
  static constexpr Ticket slots_count = 4;  // 20 ms in all.
  static constexpr std::chrono::milliseconds slot{5};  // What is counted together.

  // Where a slot of time is counted.
  static std::size_t place(Ticket ticket) { return static_cast<std::size_t>(ticket % slots_count); }

  // Forgets slots that are over at `now`.
  void advance(TimePoint now) {
    const Ticket last = now.time_since_epoch() / slot;
    for (int i = 0; i < slots_count && current_ < last; ++i) {
      young_ -= slots_[place(++current_)];
      slots_[place(current_)] = 0;
    }
    current_ = last;
  }

  std::array<int, slots_count> slots_{};  // Sent in this slot of time and not answered.
  Ticket current_ = 0;                    // The present slot, counted from the clock's beginning.
  int young_ = 0;                         // The sum of slots_.
};

}  // namespace dns
