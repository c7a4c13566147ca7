#pragma once

#include <utility>
#include <vector>

#include "verify/dns/resolver.hpp"

namespace spf {

// The DNS questions of one run of an evaluation: each is asked once, and none is waited for. Used
// by one thread at a time.
class Lookups {
 public:
  // `resolver` outlives this object.
  explicit Lookups(dns::Resolver& resolver) : resolver_(resolver) {
    asked_.reserve(asked_expected);
  }

  // Asks without wanting the answer yet.
  void start(const dns::Question& question) { (void)pending(question); }

  // The answer, which lives as long as this object; null when it is not there yet. The first that
  // is not stays in missing().
  [[nodiscard]] const dns::Answer* ask(const dns::Question& question);

  // Valid when an answer was not there.
  [[nodiscard]] const dns::Pending& missing() const { return missing_; }

 private:
  const dns::Pending& pending(const dns::Question& question);

  dns::Resolver& resolver_;
  static constexpr std::size_t asked_expected = 8;
  using Asked = std::pair<dns::Question, dns::Pending>;
  std::vector<Asked> asked_;  // Few: looking through them is fastest.
  dns::Pending missing_;
};

}  // namespace spf
