#include "base/domain.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>

#include <idn2.h>

#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t name_octets_max = 253;  // RFC 1035 §2.3.4, without the root's label.
constexpr std::size_t label_octets_max = 63;
constexpr std::size_t text_octets_max = 4 * name_octets_max;  // U-labels in UTF-8 may be longer.

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

constexpr std::array<bool, 256> label_octets = [] {
  std::array<bool, 256> table{};
  for (std::size_t octet = 0; octet < table.size(); ++octet) {
    const char c = static_cast<char>(octet);
    table[octet] = is_alpha(c) || is_digit(c) || c == '-' || c == '_';
  }
  return table;
}();

bool is_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > name_octets_max) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (label_octets[static_cast<unsigned char>(c)]) {
      if (++label > label_octets_max) return false;
    } else {
      return false;
    }
  }
  return label != 0;
}

std::optional<std::string> to_a_labels(std::string_view text) {
  char* converted = nullptr;
  const int status = idn2_to_ascii_8z(std::string(text).c_str(), &converted,
                                      IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(converted, &idn2_free);
  if (status != IDN2_OK) return std::nullopt;
  return std::string(converted);
}

std::string to_u_label(const std::string& label) {
  char* converted = nullptr;
  const int status = idn2_to_unicode_8z8z(label.c_str(), &converted, IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(converted, &idn2_free);
  return status == IDN2_OK ? std::string(converted) : label;
}

}  // namespace

std::optional<Domain> Domain::parse(std::string_view text) {
  if (text.size() > text_octets_max) return std::nullopt;
  if (is_ascii(text)) {
    if (!is_name(text)) return std::nullopt;
    return Domain(to_lower(text));
  }
  if (text.contains('\0')) return std::nullopt;  // The library would stop reading there.
  const std::optional<std::string> converted = to_a_labels(text);
  if (!converted || !is_name(*converted)) return std::nullopt;
  return Domain(to_lower(*converted));
}

std::string Domain::u_labels() const {
  if (!text_.contains("xn--")) return text_;
  std::string name;
  for (std::string_view rest = text_; !rest.empty();) {
    const std::string_view label = rest.substr(0, rest.find('.'));
    rest.remove_prefix(std::min(rest.size(), label.size() + 1));
    name += label.starts_with("xn--") ? to_u_label(std::string(label)) : label;
    if (!rest.empty()) name += '.';
  }
  return name;
}

std::size_t Domain::label_count() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(text_, '.')) + 1;
}

std::optional<Domain> Domain::parent() const {
  const std::size_t dot = text_.find('.');
  if (dot == std::string::npos) return std::nullopt;
  return Domain(text_.substr(dot + 1));
}

Domain Domain::suffix(std::size_t labels) const {
  assert(labels > 0);
  std::size_t start = text_.size();
  for (std::size_t i = 0; i < labels; ++i) {
    start = text_.rfind('.', start - 1);
    if (start == std::string::npos) return *this;
  }
  return Domain(text_.substr(start + 1));
}

bool Domain::is_within(const Domain& ancestor) const noexcept {
  if (!text_.ends_with(ancestor.text_)) return false;
  if (text_.size() == ancestor.text_.size()) return true;
  return text_[text_.size() - ancestor.text_.size() - 1] == '.';
}

}  // namespace base
