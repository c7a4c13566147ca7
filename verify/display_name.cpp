#include "verify/display_name.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "verify/crypto/base64.hpp"

namespace verify {

namespace {

constexpr std::size_t phrase_octets_max = 1000;  // Looked at; nobody reads on.

// The text before the first "<", with quotes and comments (RFC 5322 §3.2) undone and each run of
// white space as one space. Nothing without a "<".
std::optional<std::string> phrase_of(std::string_view value) {
  value = value.substr(0, phrase_octets_max);
  std::string phrase;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    const bool escaped = c == '\\' && (quoted || depth > 0) && i + 1 < value.size();
    if (escaped) c = value[++i];
    if (depth > 0) {
      if (!escaped && c == '(') ++depth;
      if (!escaped && c == ')') --depth;
    } else if (c == '"' && !escaped) {
      quoted = !quoted;
    } else if (c == '(' && !quoted) {
      ++depth;
    } else if (c == '<' && !quoted) {
      return phrase;
    } else if (base::is_space(c)) {
      if (!phrase.empty() && phrase.back() != ' ') phrase += ' ';
    } else {
      phrase += c;
    }
  }
  return std::nullopt;
}

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  const char lower = base::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// RFC 2047 §4.2
std::string decode_q(std::string_view text) {
  std::string octets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hex = text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                     hex_digit(text[i + 2]) >= 0;
    if (hex) {
      octets += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      octets += text[i] == '_' ? ' ' : text[i];
    }
  }
  return octets;
}

std::string utf8_of_latin1(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | (octet >> 6));
      text += static_cast<char>(0x80 | (octet & 0x3F));
    }
  }
  return text;
}

struct EncodedWord {
  std::string text;        // UTF-8.
  std::size_t octets = 0;  // Of its encoded form.
};

// The encoded word that `text` begins with: "=?utf-8?q?J=C3=BCrgen?=" (RFC 2047 §2; a language
// behind the charset by RFC 2231 §5).
std::optional<EncodedWord> read_encoded_word(std::string_view text) {
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size()) return std::nullopt;
  if (text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t start = charset_end + 3;
  const std::size_t end = text.find("?=", start);
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view charset = text.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));
  const bool latin1 = base::equal_ignoring_case(charset, "iso-8859-1");
  if (!latin1 && !base::equal_ignoring_case(charset, "utf-8") &&
      !base::equal_ignoring_case(charset, "us-ascii")) {
    return std::nullopt;
  }
  const std::string_view encoded = text.substr(start, end - start);
  std::string octets;
  if (base::to_lower(text[charset_end + 1]) == 'q') {
    octets = decode_q(encoded);
  } else if (base::to_lower(text[charset_end + 1]) == 'b') {
    const auto decoded = crypto::from_base64(encoded);
    if (!decoded) return std::nullopt;
    for (const std::byte octet : *decoded)
      octets += static_cast<char>(octet);
  } else {
    return std::nullopt;
  }
  return EncodedWord{latin1 ? utf8_of_latin1(octets) : octets, end + 2};
}

std::string decode_words(std::string_view text) {
  std::string decoded;
  bool after_word = false;
  while (!text.empty()) {
    const std::size_t start = text.find("=?");
    const std::string_view plain = text.substr(0, start);
    // RFC 2047 §6.2: white space between encoded words is not shown.
    if (!after_word || !base::trim(plain).empty()) decoded += plain;
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::optional<EncodedWord> word = read_encoded_word(text);
    after_word = word.has_value();
    decoded += word ? std::string_view(word->text) : text.substr(0, 2);
    text.remove_prefix(word ? word->octets : 2);
  }
  return decoded;
}

}  // namespace

std::string find_display_name(std::string_view from) {
  const std::optional<std::string> phrase = phrase_of(from);
  if (!phrase) return {};
  const std::string name = decode_words(*phrase);
  return base::printable(base::trim(name), display_name_octets_max);
}

}  // namespace verify
