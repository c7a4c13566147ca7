#include "event/recorded_resolver.hpp"

namespace event {

RecordedResolver::RecordedResolver(std::span<const dns::Lookup> lookups) {
  for (const dns::Lookup& lookup : lookups)
    answers_.emplace(lookup.question, lookup.answer);
}

dns::Pending RecordedResolver::lookup(const dns::Question& question) {
  const auto found = answers_.find(question);
  if (found != answers_.end()) return dns::ready(found->second);
  missing_.lock()->insert(question);
  return dns::ready({.outcome = dns::Outcome::not_asked});
}

std::vector<dns::Question> RecordedResolver::missing() const {
  const auto missing = missing_.lock();
  return {missing->begin(), missing->end()};
}

}  // namespace event
