#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Text as mail standards see it: octets, ASCII case, no locale.
namespace base {

[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
// Blank or part of a line end: what may surround tokens in a folded field.
[[nodiscard]] constexpr bool is_space(char c) noexcept {
  return is_blank(c) || c == '\r' || c == '\n';
}

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

// Without the white space (is_space) at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

// All of `text` as a decimal number; nothing on any other character, on overflow or when empty.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

// Length of the front part that is printable ASCII without quotes and backslashes: text that can
// stand in a log line or a JSON string as it is.
[[nodiscard]] std::size_t plain_length(std::string_view text) noexcept;

// For logs and replies: at most `octets_max` octets of `text`, control characters, DEL, quotes,
// backslashes, bidirectional controls and invalid UTF-8 written as \xNN; "..." marks a cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t octets_max = 200);

}  // namespace base
