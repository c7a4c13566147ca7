#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "base/worker_pool.hpp"
#include "verify/dns/recording_resolver.hpp"
#include "verify/spf/spf.hpp"

namespace verify {

// One SPF evaluation in flight. SPF asks one question after another, and no thread waits for the
// answers: with all of them in the cache it is done where it stands, else each answer that was
// missing has it run once more on the pool, for as long as that takes to compute. So no number of
// slow name servers keeps anybody else's evaluation from a thread.
class SpfCheck {
 public:
  // The limits of one evaluation.
  struct Terms {
    spf::Options options;
    std::size_t questions_max = 0;  // Its own share of the message's DNS questions.
    // From its start; an evaluation that takes longer is temperror (RFC 7208 §4.6.4), however long
    // the message itself takes.
    std::chrono::milliseconds time_max{20'000};
    base::WallTime now;  // For the %{t} macro.
  };

  // Starts it. `workers` outlives this object, and `resolver` outlives `workers`. Dropping it ends
  // the evaluation: nothing more is asked.
  SpfCheck(spf::Request request, const Terms& terms, dns::Resolver& resolver,
           base::WorkerPool& workers);
  ~SpfCheck();
  SpfCheck(SpfCheck&&) noexcept;
  SpfCheck& operator=(SpfCheck&&) = delete;

  // Waits until the deadline, or the end of its own time, at most; later is temperror for the
  // identity it is about. Once.
  [[nodiscard]] spf::Result finish(base::Deadline deadline);

  // What was asked for it so far, for the event.
  [[nodiscard]] std::vector<dns::Lookup> lookups() const;

 private:
  class Task;
  std::shared_ptr<Task> task_;
};

}  // namespace verify
