#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace mail {

// A date-time of RFC 5322 §3.3, comments and two-digit years (§4.3) included. The zone must be a
// number, or one of UT, UTC, GMT and Z: what other words mean nobody knows for sure. Nothing for
// all else, and outside the years 1900 to 2199.
[[nodiscard]] std::optional<base::WallTime> parse_date(std::string_view text);

// When the server that wrote this Received field value took the message (RFC 5321 §4.4: what stands
// behind the last semicolon). Nothing when there is any doubt where the date begins: names and
// paths in the field are a stranger's text.
[[nodiscard]] std::optional<base::WallTime> received_date(std::string_view value);

}  // namespace mail
