#pragma once

#include <memory>
#include <vector>

#include "verify/base/time.hpp"
#include "verify/base/worker_pool.hpp"
#include "verify/dns/recording_resolver.hpp"
#include "verify/spf/spf.hpp"

namespace verify {

// One SPF evaluation in flight. With all answers in the cache it is done where it stands; else it
// goes to the pool, for SPF asks one question after another and must not hold an MTA's thread.
class SpfCheck {
 public:
  struct Terms {
    spf::Options options;
    std::size_t questions_max = 0;  // Its own share of the message's DNS questions.
    base::Deadline deadline;
    base::WallTime now;
  };

  // Starts it. `resolver` and `workers` outlive every check, also one that nobody waits for.
  SpfCheck(spf::Request request, const Terms& terms, dns::Resolver& resolver,
           base::WorkerPool& workers);
  ~SpfCheck();
  SpfCheck(SpfCheck&&) noexcept;
  SpfCheck& operator=(SpfCheck&&) noexcept;

  // Waits until the deadline at most; later is temperror. Runs the check here when the pool had no
  // room for it. Once.
  [[nodiscard]] spf::Result finish();

  [[nodiscard]] std::vector<dns::Lookup> lookups() const;

 private:
  struct Task;
  std::shared_ptr<Task> task_;
};

}  // namespace verify
