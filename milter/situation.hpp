#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "milter/deferral_book.hpp"
#include "milter/signature_counter.hpp"
#include "milter/vouch_memory.hpp"
#include "policy/decision.hpp"
#include "verify/verification.hpp"

namespace milter {

// What this gateway learns while it runs and no single message tells. One for the process; a reload
// keeps it. Safe for concurrent use.
class Situation {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `now` tells how long a wait lasts, `today` what is remembered.
  struct Moment {
    Time now;
    VouchMemory::Day today = 0;
  };

  void set_dns_degraded(bool degraded) { dns_degraded_ = degraded; }

  [[nodiscard]] VouchMemory& memory() { return memory_; }

  // What it is for a message with these facts, which is remembered by that.
  [[nodiscard]] policy::Circumstances of(const verify::Facts& facts, std::chrono::hours defer_max,
                                         Moment moment);

 private:
  // How long what this message waits for has been failing; what vouched before is waited for apart,
  // so that no made up names push it out or use up its patience.
  [[nodiscard]] std::chrono::steady_clock::duration waiting(const verify::Facts& facts,
                                                            policy::Circumstances& circumstances,
                                                            Time now);
  void learn(const verify::Facts& facts, VouchMemory::Day today);

  std::atomic<bool> dns_degraded_ = false;
  SignatureCounter signatures_;
  VouchMemory memory_;
  DeferralBook deferrals_;        // Of names that never vouched.
  DeferralBook known_deferrals_;  // Of those that did.
};

}  // namespace milter
