#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "verify/dns/resolver.hpp"

namespace support {

// Another Resolver with bad luck: some answers are late, lost or SERVFAIL. The same seed and the
// same order of questions give the same luck. Safe for concurrent use; lookup() never blocks.
class FaultyResolver final : public dns::Resolver {
 public:
  struct Options {
    std::uint64_t seed = 1;
    double loss = 0.1;     // Outcome::timeout, after delay_max.
    double failure = 0.1;  // Outcome::failure, late or at once.
    double delay = 0.3;    // The rest of the answers that are late.
    std::chrono::milliseconds delay_max{20};
  };

  // Keeps a reference to `below`.
  FaultyResolver(dns::Resolver& below, const Options& options);
  ~FaultyResolver() override;  // What is still late becomes Outcome::timeout.
  FaultyResolver(const FaultyResolver&) = delete;
  FaultyResolver& operator=(const FaultyResolver&) = delete;

  [[nodiscard]] dns::Pending lookup(const dns::Question& question) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace support
