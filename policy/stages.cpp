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

// The most specific one for this author.
const SenderStage* find_stage(const std::vector<SenderStage>& stages, const base::Domain& author) {
  const SenderStage* found = nullptr;
  for (const SenderStage& stage : stages) {
    const bool covers = stage.subdomains ? author.is_within(stage.domain) : author == stage.domain;
    if (!covers) continue;
    // All that cover one name are its ancestors: the longer one is the more specific.
    if (found == nullptr || stage.domain.text().size() > found->domain.text().size()) {
      found = &stage;
    }
  }
  return found;
}

}  // namespace

Action cap_of(const Rules& rules, const Stance& stance, const base::Domain* author, unsigned lot) {
  Action cap = cap_of(stance.stage, lot);
  if (stance.preset == Preset::monitor) cap = std::min(cap, Action::tag);
  const SenderStage* sender = author == nullptr ? nullptr : find_stage(rules.stages, *author);
  return sender == nullptr ? cap : std::min(cap, cap_of(sender->stage, lot));
}

Action hold_back(Action wanted, Action cap) {
  if (wanted <= cap) return wanted;
  return wanted == Action::defer ? std::min(cap, Action::tag) : cap;
}

}  // namespace policy
