#include "verify/spf/macro.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include "base/text.hpp"

namespace spf {

namespace {

constexpr std::size_t name_octets_max = 253;
constexpr std::size_t work_octets_max = 1024;  // A name in the making is cut to its end past this.
constexpr std::size_t work_octets_kept = 512;  // More than a name: the cut never changes it.
constexpr std::size_t labels_max = 1000;       // More parts than any value has.

constexpr std::string_view letters = "slodiphv";
constexpr std::string_view explanation_letters = "slodiphvcrt";
constexpr std::string_view delimiters = ".-+,/_=";  // RFC 7208 §7.1: delimiter.

// RFC 7208 §7.1: macro-literal, any visible character but "%"; §6.2: explain-string adds SP.
bool is_literal(char c, MacroUse use) {
  if (c == ' ') return use == MacroUse::explanation;
  return c > ' ' && c <= '~' && c != '%';
}

// What is between "%{" and "}".
std::optional<MacroPiece> parse_macro(std::string_view body, MacroUse use) {
  if (body.empty()) return std::nullopt;
  MacroPiece piece;
  piece.letter = base::to_lower(body.front());
  piece.escape = piece.letter != body.front();
  if (!(use == MacroUse::domain ? letters : explanation_letters).contains(piece.letter)) {
    return std::nullopt;
  }
  body.remove_prefix(1);
  bool digits = false;
  for (; !body.empty() && base::is_digit(body.front()); body.remove_prefix(1)) {
    digits = true;
    const auto digit = static_cast<std::size_t>(body.front() - '0');
    piece.labels = std::min(piece.labels * 10 + digit, labels_max);
  }
  if (digits && piece.labels == 0) return std::nullopt;  // RFC 7208 §7.1: MUST be nonzero.
  if (!body.empty() && base::to_lower(body.front()) == 'r') {
    piece.reverse = true;
    body.remove_prefix(1);
  }
  if (body.find_first_not_of(delimiters) != std::string_view::npos) return std::nullopt;
  piece.delimiters = body;
  return piece;
}

// RFC 7208 §7.3: split, reverse, keep the right-most parts, join with dots.
std::string transform(std::string_view value, const MacroPiece& piece) {
  if (piece.labels == 0 && !piece.reverse && piece.delimiters.empty()) return std::string(value);
  const std::string_view separators = piece.delimiters.empty() ? "." : piece.delimiters;
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && !separators.contains(value[i])) continue;
    parts.push_back(value.substr(start, i - start));
    start = i + 1;
  }
  if (piece.reverse) std::ranges::reverse(parts);
  const std::size_t skipped =
      piece.labels != 0 && parts.size() > piece.labels ? parts.size() - piece.labels : 0;
  std::string joined;
  joined.reserve(value.size());
  for (std::size_t i = skipped; i < parts.size(); ++i) {
    if (i != skipped) joined += '.';
    joined += parts[i];
  }
  return joined;
}

// RFC 7208 §7.3: all but the unreserved characters of RFC 3986 §2.3.
void append_escaped(std::string& out, std::string_view value) {
  static constexpr char hex[] = "0123456789ABCDEF";
  for (const char c : value) {
    if (base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~").contains(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', hex[octet >> 4], hex[octet & 15]};
    }
  }
}

// False when the value cannot be used.
bool append_piece(std::string& out, const MacroPiece& piece, const MacroValues& values) {
  if (piece.letter == 0) {
    out += piece.literal;
    return true;
  }
  const std::optional<std::string> value = values(piece.letter);
  if (!value) return false;
  const std::string transformed = transform(*value, piece);
  if (piece.escape) {
    append_escaped(out, transformed);
  } else {
    out += transformed;
  }
  return true;
}

}  // namespace

std::optional<MacroPiece> take_piece(std::string_view& rest, MacroUse use) {
  assert(!rest.empty());
  std::size_t length = 0;
  while (length < rest.size() && is_literal(rest[length], use))
    ++length;
  MacroPiece piece;
  if (length > 0) {
    piece.literal = rest.substr(0, length);
    rest.remove_prefix(length);
    return piece;
  }
  if (rest.size() < 2 || rest[0] != '%') return std::nullopt;
  switch (rest[1]) {
    case '%':
      piece.literal = "%";
      break;
    case '_':
      piece.literal = " ";
      break;
    case '-':
      piece.literal = "%20";
      break;
    case '{': {
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view body = rest.substr(2, end - 2);
      rest.remove_prefix(end + 1);
      return parse_macro(body, use);
    }
    default:
      return std::nullopt;
  }
  rest.remove_prefix(2);
  return piece;
}

bool is_macro_string(std::string_view text, MacroUse use) {
  while (!text.empty()) {
    if (!take_piece(text, use)) return false;
  }
  return true;
}

std::optional<std::string> expand_domain(std::string_view spec, const MacroValues& values) {
  std::string name;
  while (!spec.empty()) {
    const auto piece = take_piece(spec, MacroUse::domain);
    if (!piece || !append_piece(name, *piece, values)) return std::nullopt;
    if (name.size() > work_octets_max) name.erase(0, name.size() - work_octets_kept);
  }
  if (name.ends_with('.')) name.pop_back();
  if (name.size() > name_octets_max) {
    const std::size_t dot = name.find('.', name.size() - name_octets_max - 1);
    if (dot != std::string::npos) name.erase(0, dot + 1);
  }
  return name;
}

std::optional<std::string> expand_explanation(std::string_view text, const MacroValues& values,
                                              std::size_t octets_max) {
  if (!is_macro_string(text, MacroUse::explanation)) return std::nullopt;
  std::string expanded;
  while (!text.empty() && expanded.size() < octets_max) {
    const auto piece = take_piece(text, MacroUse::explanation);
    if (!piece || !append_piece(expanded, *piece, values)) return std::nullopt;
  }
  if (expanded.size() > octets_max) expanded.resize(octets_max);
  return expanded;
}

}  // namespace spf
