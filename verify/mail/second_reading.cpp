#include "verify/mail/second_reading.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>

#include "base/text.hpp"

namespace mail {

namespace {

constexpr char escape = '\x1B';

bool is_8bit(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// RFC 5322 §3.2.3 atext and dots; octets above 127 by RFC 6532 §3.2.
bool is_name_octet(char c) {
  return base::is_alpha(c) || base::is_digit(c) || is_8bit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c);
}

bool is_domain_octet(char c) {
  return base::is_alpha(c) || base::is_digit(c) || is_8bit(c) || c == '-' || c == '_' || c == '.';
}

std::string_view run(std::string_view text, bool (*belongs)(char)) {
  const auto end = std::ranges::find_if_not(text, belongs);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Octets of blanks, folds and comments at the front; an unclosed comment is not passed over.
std::size_t cfws_octets(std::string_view text) {
  std::size_t end = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (depth > 0 && text[i] == '\\') {
      ++i;
    } else if (text[i] == '(') {
      ++depth;
    } else if (depth > 0) {
      if (text[i] == ')' && --depth == 0) end = i + 1;
    } else if (base::is_space(text[i])) {
      end = i + 1;
    } else {
      break;
    }
  }
  return end;
}

// What stands behind an "@" as a reader of obsolete forms joins it.
std::string domain_text(std::string_view text) {
  std::string name;
  text.remove_prefix(cfws_octets(text));
  while (true) {
    const std::string_view part = run(text, is_name_octet);
    name += part;
    text.remove_prefix(part.size());
    const std::string_view next = text.substr(cfws_octets(text));
    if (next.size() == text.size() || part.empty()) break;
    if (!next.starts_with('.') && !name.ends_with('.')) break;
    text = next;
  }
  // Something that is no atom takes the place of the name: quoted, a literal, escaped.
  if (name.empty() && !text.empty() && std::string_view("\"[\\(").contains(text.front())) {
    name = "=?";
  }
  return name;
}

bool is_other_domain(std::string name, const base::Domain& domain) {
  while (name.ends_with('.') || name.ends_with('\''))
    name.pop_back();
  if (const auto parsed = base::Domain::parse(name)) {
    return *parsed != domain && parsed->label_count() > 1;
  }
  // No domain; but a tolerant reader may end it where it stops being one.
  std::string_view front = run(name, is_domain_octet);
  while (front.ends_with('.'))
    front.remove_suffix(1);
  return front.contains('.') || std::ranges::any_of(front, is_8bit) || name.contains("=?");
}

bool names_other(std::string_view text, const base::Domain& domain) {
  constexpr std::size_t looked_at_max = 100;  // More, and nobody knows what they are.
  for (std::size_t i = 0; i < looked_at_max; ++i) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + 1);
    if (is_other_domain(domain_text(text), domain)) return true;
  }
  return text.contains('@');
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string octets;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets += static_cast<char>(bits >> count & 0xFF);
  }
  return octets;
}

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  const char lower = base::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode_q(std::string_view text) {  // RFC 2047 §4.2
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

struct EncodedWord {
  std::string text;
  std::size_t octets = 0;  // Of its encoded form; the end mark may be missing.
};

// The encoded-word that `text` begins with.
std::optional<EncodedWord> read_encoded_word(std::string_view text) {
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 3 > text.size()) return std::nullopt;
  if (text.substr(2, charset_end - 2).find_first_of(" \t\r\n\"<>") != std::string_view::npos) {
    return std::nullopt;
  }
  const char encoding = base::to_lower(text[charset_end + 1]);
  if ((encoding != 'b' && encoding != 'q') || text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t start = charset_end + 3;
  const std::size_t end = std::min(text.find('?', start), text.size());
  const std::string_view encoded = text.substr(start, end - start);
  const std::size_t octets = std::min(end + 2, text.size());
  return EncodedWord{encoding == 'b' ? decode_base64(encoded) : decode_q(encoded), octets};
}

// Calls `plain` and `word` with the parts of `text` in their order.
void split_words(std::string_view text, auto plain, auto word) {
  while (!text.empty()) {
    const std::size_t start = text.find("=?");
    plain(text.substr(0, start));
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    const auto found = read_encoded_word(text);
    if (found) {
      word(found->text);
    } else {
      plain(text.substr(0, 2));
    }
    text.remove_prefix(found ? found->octets : 2);
  }
}

// "@", "<", ">", "," and ";" as compatibility characters, which NFKC makes the plain ones.
bool has_compatible_special(std::string_view text) {
  constexpr std::string_view specials[] = {"\uFF20", "\uFE6B", "\uFF1C", "\uFE64", "\uFF1E",
                                           "\uFE65", "\uFF0C", "\uFE50", "\uFF1B", "\uFE54"};
  return std::ranges::any_of(specials, [&](auto special) { return text.contains(special); });
}

}  // namespace

bool names_other_domain(std::string_view text, const base::Domain& domain) {
  if (names_other(text, domain)) return true;
  return text.contains("=?") && names_other(with_words_decoded(text), domain);
}

std::string with_words_decoded(std::string_view text) {
  std::string decoded;
  bool after_word = false;
  split_words(
      text,
      [&](std::string_view plain) {
        const bool gap = after_word && base::trim(plain).empty();
        if (!gap) decoded += plain;
        if (!gap) after_word = false;
      },
      [&](const std::string& word) {
        decoded += word;
        after_word = true;
      });
  return decoded;
}

bool hides_address(std::string_view text) {
  bool found = false;
  split_words(
      text, [](std::string_view) {},
      [&](const std::string& word) { found = found || word.contains('@'); });
  return found;
}

bool shows_address(std::string_view text) {
  return text.contains('@') || text.contains("\uFF20") || text.contains("\uFE6B") ||
         hides_address(text);
}

bool is_clear_addr_spec(std::string_view text) {
  if (std::ranges::count(text, '@') != 1 || text.find_first_of("<>,;") != std::string_view::npos) {
    return false;
  }
  if (has_compatible_special(text)) return false;
  bool clear = true;
  split_words(
      text, [](std::string_view) {},
      [&](const std::string& word) {
        const auto is_special = [](char c) {
          return static_cast<unsigned char>(c) < ' ' || std::string_view("@<>,;").contains(c);
        };
        clear = clear && std::ranges::none_of(word, is_special) && !has_compatible_special(word);
      });
  return clear;
}

bool closes_other_address(std::string_view name, const base::Domain& domain) {
  const std::string text = with_words_decoded(name);
  const std::size_t close = text.find('>');
  if (close == std::string::npos || close > text.find('<')) return false;
  return names_other_domain(std::string_view(text).substr(0, close), domain);
}

std::string without_shifts(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != escape) {
      plain += text[i];
      continue;
    }
    plain += shifted_mark;
    if (i + 1 == text.size() || text[i + 1] != '$') continue;
    // To the next escape sequence back to ASCII or to JIS X 0201; a line ends in ASCII.
    for (++i; i < text.size() && text[i] != '\r' && text[i] != '\n'; ++i) {
      if (text[i] != escape || i + 2 >= text.size() || text[i + 1] != '(') continue;
      i += 2;
      break;
    }
    if (i < text.size() && base::is_space(text[i])) plain += text[i];
  }
  return plain;
}

}  // namespace mail
