#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "verify/base/time.hpp"
#include "verify/dns/resolver.hpp"

namespace spf {

// The DNS questions of one evaluation: each is asked once, nothing is awaited past the deadline.
class Lookups {
 public:
  enum class Missing : std::uint8_t {
    late,       // The deadline has passed.
    not_ready,  // There is no deadline and no answer yet: whoever asks must not wait.
  };

  // Keeps a reference to `resolver`. Without a deadline nothing ever blocks.
  Lookups(dns::Resolver& resolver, std::optional<base::Deadline> deadline)
      : resolver_(resolver), deadline_(deadline) {
    asked_.reserve(asked_expected);
  }

  // Asks without wanting the answer yet.
  void start(const dns::Question& question) { (void)pending(question); }

  // The answer lives as long as this object. REQUIRES: the name can be asked for.
  [[nodiscard]] std::expected<const dns::Answer*, Missing> ask(const dns::Question& question);

 private:
  const dns::Pending& pending(const dns::Question& question);

  dns::Resolver& resolver_;
  std::optional<base::Deadline> deadline_;
  static constexpr std::size_t asked_expected = 8;
  using Asked = std::pair<dns::Question, dns::Pending>;
  std::vector<Asked> asked_;  // Few: looking through them is fastest.
};

}  // namespace spf
