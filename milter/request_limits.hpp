#pragma once

#include <cstddef>

#include "milter/session.hpp"

// The most we ask of an MTA for one message. All of it is far from what MTAs take; past it, it is cut
// here, whatever made it: none of our texts may be what makes a mail server fail.
namespace milter {

inline constexpr std::size_t inserted_max = 3;  // Results, quarantine, signals.
inline constexpr std::size_t field_octets_max = 24'000;
inline constexpr std::size_t line_octets_max = 998;  // RFC 5322 §2.1.1
inline constexpr std::size_t reason_octets_max = 400;

// `response` within these limits; policy::own_fields_max bounds what is removed, and
// policy::reply_octets_max the reply. Values end before the item (";" or ",") that does not fit.
[[nodiscard]] Response bounded(Response response);

}  // namespace milter
