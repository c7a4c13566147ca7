#pragma once

#include <memory>
#include <vector>

#include "verify/dns/recording_resolver.hpp"
#include "verify/iprev/iprev.hpp"

namespace verify {

// The reverse look-up of one client in flight (RFC 8601 §3): its names, and as soon as these are
// there the addresses of each, however long the message still takes. Used by one thread at a time.
class ReverseCheck {
 public:
  // Starts it. `resolver` outlives this object; dropping it ends the look-up: nothing more is
  // asked. It causes at most 1 + names_max questions.
  ReverseCheck(const base::IpAddress& client, const iprev::Options& options,
               dns::Resolver& resolver);
  ~ReverseCheck();
  ReverseCheck(const ReverseCheck&) = delete;
  ReverseCheck& operator=(const ReverseCheck&) = delete;

  // Waits until the deadline at most; what is missing then is a time-out. Once.
  [[nodiscard]] iprev::Result finish(base::Deadline deadline);

  // What was asked for it so far, for the event.
  [[nodiscard]] std::vector<dns::Lookup> lookups() const;

 private:
  class Task;
  std::shared_ptr<Task> task_;
};

}  // namespace verify
