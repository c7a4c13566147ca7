#pragma once

#include "verify/dns/answer.hpp"
#include "verify/dns/pending.hpp"

namespace dns {

// Where every fact that is not in the message comes from.
class Resolver {
 public:
  virtual ~Resolver() = default;

  // Starts one lookup and returns at once. The answer always comes; failure is an Answer, never an
  // exception. Safe for concurrent use.
  [[nodiscard]] virtual Pending lookup(const Question& question) = 0;
};

}  // namespace dns
