#pragma once

#include "base/domain.hpp"
#include "policy/rules.hpp"

// Staged enforcement: how much of what the rules want is really done.
namespace policy {

// The most that may be done to a message: by the preset and stage of `stance`, and by the stage of
// its author, who may be unknown (null). `lot` as in verify::MessageInfo: messages with a lot below
// a stage's percentage get the whole step, the others one step less. Pure.
[[nodiscard]] Action cap_of(const Rules& rules, const Stance& stance, const base::Domain* author,
                            unsigned lot);

// `wanted`, but nothing beyond `cap`. A deferral loses nothing, and what it waits for may end in
// quarantine: so a cap of quarantine lets it be, else doubt would do less than a failed check.
// Pure.
[[nodiscard]] Action hold_back(Action wanted, Action cap);

// False when every message without a From field is refused, whoever receives it.
[[nodiscard]] bool may_deliver_without_from(const Rules& rules);

}  // namespace policy
