#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Text as mail standards see it: octets, ASCII case, no locale. All of it pure.
namespace base {

// ASCII only: octets from 0x80 on are nobody's letters and stay as they are.
[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// WSP of RFC 5234 §B.1.
[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
// A blank or part of a line end: what may surround tokens in a folded field (FWS, RFC 5322 §3.2.2).
[[nodiscard]] constexpr bool is_space(char c) noexcept {
  return is_blank(c) || c == '\r' || c == '\n';
}

// A copy with A to Z in lower case, octet by octet.
[[nodiscard]] std::string to_lower(std::string_view text);
// True when both are equal but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

// `text` without the white space (is_space) at both ends; a view into it.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

// All of `text` as a decimal number; nothing when it is empty, does not fit 64 bits, or has any
// other character: no sign, no space. Leading zeros are read.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

// How many octets at the front of `text` are printable ASCII other than quotes and backslashes, and
// may stand in a log line or a JSON string as they are.
[[nodiscard]] std::size_t plain_length(std::string_view text) noexcept;

// `text` for logs and replies: control characters, DEL, quotes, backslashes, invalid UTF-8 and
// marks that hide or reorder text on a screen (bidirectional controls, zero width) are written as
// \xNN. Of a longer text than `octets_max` the rest is replaced by "..."; the limit counts octets
// before escaping, so the result may be four times as long, and three octets more.
[[nodiscard]] std::string printable(std::string_view text, std::size_t octets_max = 200);

}  // namespace base
