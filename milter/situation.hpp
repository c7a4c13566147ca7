#pragma once

#include <atomic>
#include <chrono>

#include "milter/deferral_book.hpp"
#include "milter/signature_counter.hpp"
#include "policy/decision.hpp"
#include "verify/verification.hpp"

namespace milter {

// What this gateway learns while it runs and no single message tells. One for the process; a reload
// keeps it. Safe for concurrent use.
class Situation {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void set_dns_degraded(bool degraded) { dns_degraded_ = degraded; }

  // What it is for a message with these facts, which is remembered by that.
  [[nodiscard]] policy::Circumstances of(const verify::Facts& facts, std::chrono::hours defer_max,
                                         Time now);

 private:
  std::atomic<bool> dns_degraded_ = false;
  SignatureCounter signatures_;
  DeferralBook deferrals_;
};

}  // namespace milter
