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

// The DNS as one event remembers it. What is not remembered is Outcome::not_asked, and is noted.
class RecordedResolver final : public dns::Resolver {
 public:
  explicit RecordedResolver(std::span<const dns::Lookup> lookups);

  [[nodiscard]] dns::Pending lookup(const dns::Question& question) override;

  // Every question that was asked and is not remembered.
  [[nodiscard]] std::vector<dns::Question> missing() const;

 private:
  std::map<dns::Question, dns::Answer> answers_;
  base::Guarded<std::set<dns::Question>> missing_;
};

}  // namespace event
