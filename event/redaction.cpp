#include "event/redaction.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/text.hpp"
#include "verify/crypto/digest.hpp"
#include "verify/mail/address.hpp"
#include "verify/mail/tag_list.hpp"

namespace event {

namespace {

constexpr std::size_t fields_max = 50;
constexpr std::size_t value_octets_max = 900;  // A line of mail has at most 998.
constexpr std::size_t digits_shown = 16;
constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view not_shown = "(not shown)";

// All of `text` is letters, digits or among `also`.
bool consists_of(std::string_view text, std::string_view also) {
  return std::ranges::all_of(
      text, [&](char c) { return letters_and_digits.contains(c) || also.contains(c); });
}

// A name, or an address literal.
bool is_domain(std::string_view text) { return !text.empty() && consists_of(text, "-._[]:"); }

std::string digits(std::string_view text, std::string_view key) {
  return crypto::keyed_digest(key, base::to_lower(text)).substr(0, digits_shown);
}

// "<digits@example.com>, <digits@example.net>"
std::optional<std::string> addresses(std::string_view value, std::string_view key) {
  const auto parsed = mail::parse_from(value);
  if (!parsed || parsed->empty()) return std::nullopt;
  std::string out;
  for (const mail::Address& address : *parsed) {
    out.append(out.empty() ? "<" : ", <").append(digits(address.local_part, key));
    out.append("@").append(address.domain.text()).append(">");
  }
  return out;
}

// What stands between the last "<" and a ">" that ends the value.
std::optional<std::string_view> in_brackets(std::string_view value) {
  value = base::trim(value);
  const std::size_t open = value.rfind('<');
  if (open == std::string_view::npos || !value.ends_with('>')) return std::nullopt;
  return value.substr(open + 1, value.size() - open - 2);
}

std::optional<std::string> message_id(std::string_view value, std::string_view key) {
  const auto id = in_brackets(value);
  if (!id) return std::nullopt;
  return '<' + redacted(*id, key) + '>';
}

// RFC 2919 §2: a name like that of a domain.
std::optional<std::string> list_id(std::string_view value, std::string_view key) {
  const auto id = in_brackets(value);
  if (!id) return std::nullopt;
  const bool name = consists_of(*id, "-._") && id->contains('.');
  return '<' + (name ? std::string(*id) : digits(*id, key)) + '>';
}

// RFC 5322 §3.3: numbers, and the names of days, months and zones.
std::optional<std::string> date(std::string_view value, std::string_view /*key*/) {
  constexpr std::string_view names =
      " mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec"
      " gmt ut utc est edt cst cdt mst mdt pst pdt z ";
  std::string out;
  while (!(value = base::trim(value)).empty()) {
    const std::string_view word = value.substr(0, value.find_first_of(" \t\r\n"));
    value.remove_prefix(word.size());
    std::string_view bare = word;
    for (const char c : {'(', ')', ','}) {
      if (bare.starts_with(c)) bare.remove_prefix(1);
      if (bare.ends_with(c)) bare.remove_suffix(1);
    }
    const bool number = bare.find_first_not_of("0123456789:+-") == std::string_view::npos;
    if (!number && !names.contains(' ' + base::to_lower(bare) + ' ')) return std::nullopt;
    out.append(out.empty() ? "" : " ").append(word);
  }
  return out;
}

// RFC 6376 §3.5. A tag with octets that its values have no use for is left out, as is z=, a copy of
// other fields. Only names of domains and selectors have dots, as local parts have.
std::optional<std::string> signature(std::string_view value, std::string_view key) {
  constexpr std::string_view shown = " v a b bh c d h l q s t x ";
  const auto tags = mail::TagList::parse(value);
  if (!tags) return std::nullopt;
  std::string out;
  for (const mail::Tag& tag : tags->tags()) {
    std::string text;
    if (tag.name == "i") {
      text = redacted(tag.value, key);
    } else if (shown.contains(' ' + std::string(tag.name) + ' ') &&
               consists_of(tag.value,
                           tag.name == "d" || tag.name == "s" ? "-._ \t\r\n" : "-_/+=: \t\r\n")) {
      std::ranges::copy_if(tag.value, std::back_inserter(text),
                           [](char c) { return !base::is_space(c); });
    } else {
      continue;
    }
    out.append(out.empty() ? "" : "; ").append(tag.name).append("=").append(text);
  }
  return out;
}

struct Shown {
  std::string_view name;
  std::optional<std::string> (*value)(std::string_view value, std::string_view key);
};
constexpr std::array<Shown, 7> shown_fields = {{{"From", addresses},
                                                {"Sender", addresses},
                                                {"Reply-To", addresses},
                                                {"Date", date},
                                                {"Message-ID", message_id},
                                                {"List-Id", list_id},
                                                {"DKIM-Signature", signature}}};

}  // namespace

std::string redacted(std::string_view address, std::string_view key) {
  const std::size_t at = address.rfind('@');
  if (address.empty()) return {};
  if (at == std::string_view::npos || !is_domain(address.substr(at + 1))) {
    return digits(address, key);
  }
  const std::string_view local_part = address.substr(0, at);
  return (local_part.empty() ? std::string() : digits(local_part, key)) +
         std::string(address.substr(at));
}

std::string redacted_headers(const mail::Headers& headers, std::string_view key) {
  std::string out;
  std::size_t shown = 0;
  for (const mail::HeaderField& field : headers.fields()) {
    const auto known = std::ranges::find_if(shown_fields, [&](const Shown& each) {
      return base::equal_ignoring_case(each.name, field.name);
    });
    if (known == shown_fields.end()) continue;
    if (++shown > fields_max) break;
    const auto value = known->value(field.value, key);
    out.append(field.name).append(": ");
    out.append(value.value_or(std::string(not_shown)).substr(0, value_octets_max)).append("\n");
  }
  return out;
}

}  // namespace event
