#pragma once

#include <optional>

#include "verify/spf/session.hpp"

namespace spf {

// Evaluates a record by RFC 7208 §4.6 to §4.7, in our own words. Returns the qualifier of the term
// that matched; nothing when none did or when the session stopped, which session.stopped() tells
// apart.
[[nodiscard]] std::optional<Qualifier> evaluate_natively(Session& session);

}  // namespace spf
