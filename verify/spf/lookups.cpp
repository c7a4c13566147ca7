#include "verify/spf/lookups.hpp"

#include <algorithm>

namespace spf {

const dns::Pending& Lookups::pending(const dns::Question& question) {
  const auto known = std::ranges::find(asked_, question, &Asked::first);
  if (known != asked_.end()) return known->second;
  return asked_.emplace_back(question, resolver_.lookup(question)).second;
}

const dns::Answer* Lookups::ask(const dns::Question& question) {
  const dns::Pending& answer = pending(question);
  if (answer.is_ready()) return &answer.get();
  if (!missing_.valid()) missing_ = answer;
  return nullptr;
}

}  // namespace spf
