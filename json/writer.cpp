#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace json {

namespace {

struct CodePoint {
  char32_t value = 0xFFFD;
  std::size_t octets = 1;
};

// The code point at the front of `text`; U+FFFD for one octet that starts no valid sequence
// (RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF).
CodePoint decode(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = octet(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (octet(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

// The escaped form of one code point, built without touching the heap.
struct Escape {
  std::array<char, 12> text{};
  std::size_t octets = 0;

  void add(std::string_view more) noexcept {
    std::ranges::copy(more, text.begin() + static_cast<std::ptrdiff_t>(octets));
    octets += more.size();
  }
  void add_unit(char32_t unit) noexcept {
    static constexpr char hex[] = "0123456789abcdef";
    const char escaped[] = {
        '\\',          'u', hex[(unit >> 12) & 15], hex[(unit >> 8) & 15], hex[(unit >> 4) & 15],
        hex[unit & 15]};
    add({escaped, sizeof escaped});
  }
};

Escape escape(char32_t code_point) noexcept {
  Escape made;
  switch (code_point) {
    case '"':
      made.add("\\\"");
      return made;
    case '\\':
      made.add("\\\\");
      return made;
    case '\n':
      made.add("\\n");
      return made;
    case '\r':
      made.add("\\r");
      return made;
    case '\t':
      made.add("\\t");
      return made;
    default:
      break;
  }
  if (code_point < 0x10000) {
    made.add_unit(code_point);
  } else {  // RFC 8259 §7: a surrogate pair.
    made.add_unit(0xD800 + ((code_point - 0x10000) >> 10));
    made.add_unit(0xDC00 + ((code_point - 0x10000) & 0x3FF));
  }
  return made;
}

}  // namespace

Writer::Writer(std::size_t octets_expected) : out_(octets_expected, '\0') {}

std::string Writer::take() {
  out_.resize(used_);
  return std::move(out_);
}

char* Writer::room_for(std::size_t octets) {
  if (octets > out_.size() - used_) out_.resize(2 * out_.size() + octets);
  return out_.data() + used_;
}

void Writer::append(char c) {
  *room_for(1) = c;
  ++used_;
}

void Writer::append(std::string_view text) {
  used_ += text.copy(room_for(text.size()), text.size());
}

void Writer::start_value(std::string_view key) {
  char* const start = room_for(key.size() + 4);
  char* end = start;
  if (comma_needed_) *end++ = ',';
  comma_needed_ = true;
  if (!key.empty()) {
    *end++ = '"';
    end += key.copy(end, key.size());
    *end++ = '"';
    *end++ = ':';
  }
  used_ += static_cast<std::size_t>(end - start);
}

void Writer::begin_object(std::string_view key) {
  start_value(key);
  append('{');
  comma_needed_ = false;
}

void Writer::end_object() {
  append('}');
  comma_needed_ = true;
}

void Writer::begin_array(std::string_view key) {
  start_value(key);
  append('[');
  comma_needed_ = false;
}

void Writer::end_array() {
  append(']');
  comma_needed_ = true;
}

void Writer::append_escaped(std::string_view value, std::size_t octets_max) {
  constexpr std::string_view cut_mark = "...";
  const std::size_t start = used_;
  while (!value.empty()) {
    const std::size_t room = octets_max - (used_ - start);
    // RFC 8259 §7 lets more stand as it is: DEL and what is not ASCII.
    const std::size_t plain = base::plain_length(value);
    if (plain > room) {
      append(value.substr(0, room));
      append(cut_mark);
      return;
    }
    append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) return;
    const CodePoint next = decode(value);
    const Escape escaped = escape(next.value);
    if (escaped.octets > room - plain) {
      append(cut_mark);
      return;
    }
    append({escaped.text.data(), escaped.octets});
    value.remove_prefix(next.octets);
  }
}

void Writer::text(std::string_view key, std::string_view value, std::size_t octets_max) {
  start_value(key);
  append('"');
  append_escaped(value, octets_max);
  append('"');
}

void Writer::text_or_null(std::string_view key, std::optional<std::string_view> value,
                          std::size_t octets_max) {
  if (value) {
    text(key, *value, octets_max);
  } else {
    start_value(key);
    append("null");
  }
}

void Writer::signed_number(std::string_view key, std::int64_t value) {
  start_value(key);
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  append({digits.data(), end});
}

void Writer::boolean(std::string_view key, bool value) {
  start_value(key);
  append(value ? "true" : "false");
}

}  // namespace json
