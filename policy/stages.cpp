#include "policy/stages.hpp"

#include <algorithm>

namespace policy {

namespace {

Action one_step_less(Action step) {
  switch (step) {
    case Action::reject:
    case Action::defer:
      return Action::quarantine;
    case Action::quarantine:
      return Action::tag;
    case Action::tag:
    case Action::accept:
      break;
  }
  return Action::accept;
}

Action cap_of(const Stage& stage, unsigned lot) {
  return lot < stage.percent ? stage.enforce : one_step_less(stage.enforce);
}

}  // namespace

Action cap_of(const Rules& rules, const Stance& stance, const base::Domain* author, unsigned lot) {
  Action cap = cap_of(stance.stage, lot);
  if (stance.preset == Preset::monitor) cap = std::min(cap, Action::tag);
  const SenderStage* sender = author == nullptr ? nullptr : rules.stages.find(*author);
  return sender == nullptr ? cap : std::min(cap, cap_of(sender->stage, lot));
}

bool may_deliver_without_from(const Rules& rules) {
  const auto delivers = [](const Stance& stance) {
    return stance.preset == Preset::monitor || stance.on_from_fault != Action::reject ||
           stance.stage.enforce != Action::reject || stance.stage.percent < 100;
  };
  return delivers(rules.site) ||
         std::ranges::any_of(rules.tenants.list(),
                             [&](const Tenant& tenant) { return delivers(tenant.stance); });
}

Action hold_back(Action wanted, Action cap) {
  if (wanted == Action::defer && cap >= Action::quarantine) return wanted;
  return std::min(wanted, cap);
}

}  // namespace policy
