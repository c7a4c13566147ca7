#pragma once

#include <atomic>
#include <chrono>

namespace milter {

// A brake for what would otherwise be said with each message: a trouble that lasts must not fill
// the log as well. Safe for concurrent use, without a lock.
class OnceAMinute {
 public:
  using Clock = std::chrono::steady_clock;

  // True the first time, and when a minute has passed since it was last true; of several threads at
  // once only one is told so.
  [[nodiscard]] bool due(Clock::time_point now = Clock::now()) {
    const auto ticks = now.time_since_epoch().count();
    auto before = last_.load();
    if (before != never && Clock::duration(ticks - before) < std::chrono::minutes(1)) return false;
    return last_.compare_exchange_strong(before, ticks);
  }

 private:
  static constexpr Clock::rep never = Clock::duration::min().count();
  std::atomic<Clock::rep> last_ = never;
};

}  // namespace milter
