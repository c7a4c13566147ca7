#include "verify/dns/wire_name.hpp"

#include <cassert>

#include "base/text.hpp"

namespace dns {

namespace {

constexpr std::size_t name_octets_max = 254;  // RFC 1035 §2.3.4: 255 with the root's label.
constexpr std::size_t label_octets_max = 63;
constexpr int jumps_max = 128;  // More than a name can have labels.

}  // namespace

std::optional<WireName> read_name(Bytes message, std::size_t at) {
  WireName name;
  bool jumped = false;
  int jumps = 0;
  while (at < message.size()) {
    const unsigned length = octet(message, at);
    if (length == 0) {
      if (!jumped) name.end = at + 1;
      return name;
    }
    if (length >= 0xC0) {
      if (at + 2 > message.size()) return std::nullopt;
      const std::size_t target = u16(message, at) & 0x3FFF;
      // RFC 1035 §4.1.4: a pointer is to a prior occurrence. Backwards only cannot loop.
      if (target >= at || ++jumps > jumps_max) return std::nullopt;
      if (!jumped) name.end = at + 2;
      jumped = true;
      at = target;
      continue;
    }
    if (length > label_octets_max || at + 1 + length > message.size()) return std::nullopt;
    if (name.labels.size() + 1 + length > name_octets_max) return std::nullopt;
    for (std::size_t i = at; i <= at + length; ++i) {
      name.labels += base::to_lower(static_cast<char>(octet(message, i)));
    }
    // A length of 0x41 to 0x5A would be a letter; lengths end at 63 = 0x3F, so none is.
    at += 1 + length;
  }
  return std::nullopt;
}

std::optional<std::string> to_labels(std::string_view text) {
  std::string labels;
  labels.reserve(text.size() + 1);
  if (text.size() + 1 > name_octets_max) return std::nullopt;
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (label.empty() || label.size() > label_octets_max) return std::nullopt;
    labels += static_cast<char>(label.size());
    labels += base::to_lower(label);
    if (label.size() == text.size()) return labels;
    text.remove_prefix(label.size() + 1);
  }
}

std::optional<std::string> to_text(std::string_view labels) {
  std::string text;
  while (!labels.empty()) {
    const auto length = static_cast<std::size_t>(labels.front());
    assert(length < labels.size());
    for (const char c : labels.substr(1, length)) {
      if (c <= ' ' || c >= '\x7F' || c == '.' || c == '\\') return std::nullopt;
      text += c;
    }
    labels.remove_prefix(1 + length);
    if (!labels.empty()) text += '.';
  }
  return text;
}

}  // namespace dns
