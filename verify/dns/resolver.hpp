#pragma once

#include "verify/dns/answer.hpp"
#include "verify/dns/pending.hpp"

namespace dns {

// Where every fact that is not in the message comes from. Implementations stand on each other:
// cache on breaker on network, and a recorder for each message on top.
class Resolver {
 public:
  virtual ~Resolver() = default;

  // Starts one lookup and returns at once; the answer always comes, at the latest as a time-out.
  // Failure is an Answer, never an exception. `question` has a name in lower case without trailing
  // dot. Safe for concurrent use.
  [[nodiscard]] virtual Pending lookup(const Question& question) = 0;
};

}  // namespace dns
