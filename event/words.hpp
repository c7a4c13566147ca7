#pragma once

#include <string_view>

#include "verify/verification.hpp"

// The fixed words of events and log lines: readers match them, so they never change.
namespace event {

// The enumerator as it is spelled: "body_hash_mismatch"; empty for Reason::none.
[[nodiscard]] std::string_view word(dkim::Reason reason) noexcept;

}  // namespace event
