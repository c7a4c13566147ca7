#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace verify {

// Of the result; names for people are shorter.
inline constexpr std::size_t display_name_octets_max = 200;

// What a reader of the message is shown in front of the first address of a From field value:
// unquoted, without comments, encoded words decoded (RFC 2047; UTF-8, US-ASCII and ISO-8859-1,
// others stay as they are), printable and bounded. Empty when there is none. Lenient on purpose:
// mail programs show more than the grammar allows.
[[nodiscard]] std::string find_display_name(std::string_view from);

}  // namespace verify
