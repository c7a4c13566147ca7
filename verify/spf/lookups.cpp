#include "verify/spf/lookups.hpp"

#include <algorithm>

namespace spf {

const dns::Pending& Lookups::pending(const dns::Question& question) {
  const auto known = std::ranges::find(asked_, question, &Asked::first);
  if (known != asked_.end()) return known->second;
  return asked_.emplace_back(question, resolver_.lookup(question)).second;
}

std::expected<const dns::Answer*, Lookups::Missing> Lookups::ask(const dns::Question& question) {
  static const dns::Answer none{.outcome = dns::Outcome::failure, .records = {}};
  if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) {
    return std::unexpected(Missing::late);
  }
  const dns::Pending& answer = pending(question);
  if (!answer.valid()) return &none;
  if (!dns::is_ready(answer)) {
    if (!deadline_) return std::unexpected(Missing::not_ready);
    if (answer.wait_until(*deadline_) != std::future_status::ready) {
      return std::unexpected(Missing::late);
    }
  }
  return &answer.get();
}

}  // namespace spf
