#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "verify/dns/resolver.hpp"

namespace dns {

// Watches whether the resolver itself fails: asks another resolver and counts how many different
// registered names (the two right-most labels) failed to answer lately, so that one broken domain
// with much mail proves nothing. Nor do names that never answered, once others have: a sender can
// name as many broken domains as he likes. Stands under the cache, where each lookup is a real
// question. Lookups go on while it is open: that is how it notices that the resolver recovered.
// Safe for concurrent use.
class BreakerResolver final : public Resolver {
 public:
  struct Options {
    std::chrono::seconds window{30};  // What "lately" means.
    std::size_t names_min = 20;       // Fewer different names prove nothing.
    double open_at = 0.5;             // Share of names that failed (failure, timeout).
    double close_at = 0.2;            // Below this it closes; also when nothing was asked at all.
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
  };

  // Keeps a reference to `below`.
  BreakerResolver(Resolver& below, const Options& options);
  ~BreakerResolver() override;
  BreakerResolver(const BreakerResolver&) = delete;
  BreakerResolver& operator=(const BreakerResolver&) = delete;

  [[nodiscard]] Pending lookup(const Question& question) override;

  struct State {
    bool open = false;       // The resolver fails: no permanent verdict should rest on its answers.
    std::size_t names = 0;   // Different names that count, answered or not, in the window …
    std::size_t failed = 0;  // … and those of them whose last lookup failed.
  };
  // Looks at every answer that has come since; meant to be called about once a second.
  [[nodiscard]] State state() const;

 private:
  struct Watch;
  Resolver& below_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace dns
