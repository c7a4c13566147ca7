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

  // When a message is judged, by two clocks.
  struct Moment {
    Time now;                    // How long waits last; never goes back.
    VouchMemory::Day today = 0;  // For what is remembered beyond a restart.
  };

  // Told by whoever watches the resolver; holds until told otherwise.
  void set_dns_degraded(bool degraded) { dns_degraded_ = degraded; }

  // Who vouched before; for whoever keeps it in a file.
  [[nodiscard]] VouchMemory& memory() { return memory_; }

  // The circumstances of this message, without its own_fields. Counts its signatures, remembers who
  // vouched and what failed: call once per message. `defer_max` is for how long mail of one author
  // is deferred for the same trouble.
  [[nodiscard]] policy::Circumstances of(const verify::Facts& facts, std::chrono::hours defer_max,
                                         Moment moment);

 private:
  // For how long that has been failing which this message waits for. What vouched before is noted
  // in `circumstances` and waited for in a book of its own, so that no made up names push it out or
  // use up its patience.
  [[nodiscard]] std::chrono::steady_clock::duration waiting(const verify::Facts& facts,
                                                            policy::Circumstances& circumstances,
                                                            Time now);
  // Remembers who vouched for the message; what was waited for has come.
  void learn(const verify::Facts& facts, VouchMemory::Day today);

  std::atomic<bool> dns_degraded_ = false;
  SignatureCounter signatures_;   // Of the last hour.
  VouchMemory memory_;            // Of the last half year.
  DeferralBook deferrals_;        // Of names that never vouched.
  DeferralBook known_deferrals_;  // Of those that did.
};

}  // namespace milter
