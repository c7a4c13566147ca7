#pragma once

#include <cstddef>

#include "milter/session.hpp"

// The most we ask of an MTA for one message. All of it is far from what MTAs take; what passes it
// is cut here, whatever made it: none of our texts may be what makes a mail server fail.
namespace milter {

inline constexpr std::size_t inserted_max = 3;           // Fields: results, quarantine, signals.
inline constexpr std::size_t field_octets_max = 24'000;  // Of the value of one field.
inline constexpr std::size_t line_octets_max = 998;      // RFC 5322 §2.1.1
inline constexpr std::size_t reason_octets_max = 400;    // Of Response::hold_reason.

// `response` within these limits; policy::own_fields_max bounds how many fields are removed, and
// policy::reply_octets_max the reply. A value that is too long, or has a line that is, ends before
// the item (";" or ",") that does not fit. Pure.
[[nodiscard]] Response bounded(Response response);

}  // namespace milter
