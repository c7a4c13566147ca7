#pragma once

#include <optional>

#include "verify/spf/session.hpp"

namespace spf {

// The same as evaluate_natively(), decided by libspf2. The library never sees foreign text: each
// record is rewritten into terms over tokens of ours, and the session answers for the tokens. Used
// by many threads at once, each with its own session.
[[nodiscard]] std::optional<Qualifier> evaluate_with_libspf2(Session& session);

}  // namespace spf
