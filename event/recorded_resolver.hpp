#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "base/guarded.hpp"
#include "verify/dns/recording_resolver.hpp"
#include "verify/dns/resolver.hpp"

namespace event {

// The DNS as one event remembers it, without a network: every answer is there at once. A question
// that the event does not know is answered Outcome::not_asked, and noted. Safe for concurrent use.
class RecordedResolver final : public dns::Resolver {
 public:
  // Copies `lookups`, which is Facts::dns.
  explicit RecordedResolver(std::span<const dns::Lookup> lookups);

  [[nodiscard]] dns::Pending lookup(const dns::Question& question) override;

  // Every question that was asked and is not remembered, sorted, each once.
  [[nodiscard]] std::vector<dns::Question> missing() const;

 private:
  std::map<dns::Question, dns::Answer> answers_;  // Never changes after construction.
  base::Guarded<std::set<dns::Question>> missing_;
};

}  // namespace event
