#include "event/results_field.hpp"

#include <algorithm>

#include "verify/auth_results.hpp"

namespace event {

namespace {

bool overrides_dmarc(std::string_view rule) {
  static constexpr std::string_view starts[] = {"override-", "arc-sealer", "protected-"};
  return std::ranges::any_of(starts,
                             [&](std::string_view start) { return rule.starts_with(start); });
}

}  // namespace

std::string results_field(const Event& event, std::string_view authserv_id) {
  const std::string_view rule = event.decision.rule;
  const std::string_view reason = overrides_dmarc(rule) ? rule : std::string_view();
  return verify::format_auth_results(event.facts, event.connection,
                                     {.authserv_id = authserv_id, .dmarc_override = reason});
}

}  // namespace event
