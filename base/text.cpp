#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace base {

namespace {

// Length of the valid UTF-8 sequence (RFC 3629 §4) at the front of `text`, or 0.
std::size_t utf8_length(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = octet(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = octet(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return length;
}

// C1 controls and the marks that reorder text on a terminal (UAX #9, and U+2028/2029): a log line
// must read as it was written.
bool is_deceptive(std::string_view sequence) noexcept {
  if (sequence.size() == 2) {
    return sequence == "\u061C" || (sequence[0] == '\xC2' && sequence[1] < '\xA0');
  }
  if (sequence.size() != 3) return false;
  const bool general = sequence >= "\u200B" && sequence <= "\u200F";
  const bool embedding = sequence >= "\u2028" && sequence <= "\u202E";
  const bool isolate = sequence >= "\u2060" && sequence <= "\u206F";
  return general || embedding || isolate || sequence == "\uFEFF";
}

// Without branches, so that the compiler tests many octets at once.
constexpr unsigned is_plain(char c) noexcept {
  return unsigned{c >= ' '} & unsigned{c != 0x7F} & unsigned{c != '"'} & unsigned{c != '\\'};
}

constexpr std::array<bool, 256> plain_octets = [] {
  std::array<bool, 256> table{};
  for (std::size_t octet = 0; octet < table.size(); ++octet)
    table[octet] = is_plain(static_cast<char>(octet)) != 0;
  return table;
}();

void append_escaped(std::string& out, std::string_view octets) {
  static constexpr char hex[] = "0123456789ABCDEF";
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    out += {'\\', 'x', hex[octet >> 4], hex[octet & 15]};
  }
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return to_lower(c); });
  return lower;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::size_t plain_length(std::string_view text) noexcept {
  constexpr std::size_t block = 16;
  std::size_t length = 0;
  while (text.size() - length >= block) {
    const char* const octets = text.data() + length;
    unsigned all = 1;
    for (std::size_t i = 0; i < block; ++i)
      all &= is_plain(octets[i]);
    if (all == 0) break;
    length += block;
  }
  while (length < text.size() && plain_octets[static_cast<unsigned char>(text[length])])
    ++length;
  return length;
}

std::string printable(std::string_view text, std::size_t octets_max) {
  std::string out;
  out.reserve(std::min(text.size(), octets_max));
  std::size_t room = octets_max;
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out += text.substr(0, std::min(plain, room));
    if (plain > room) return out + "...";
    room -= plain;
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (sequence.size() > room) return out + "...";
    // What is ASCII and not plain is a control character, a quote or a backslash.
    if (length <= 1 || is_deceptive(sequence)) {
      append_escaped(out, sequence);
    } else {
      out += sequence;
    }
    room -= sequence.size();
    text.remove_prefix(sequence.size());
  }
  return out;
}

}  // namespace base
