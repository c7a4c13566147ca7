#include "verify/dmarc/record.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/text.hpp"

namespace dmarc {

namespace {

struct Tag {
  std::string_view name;
  std::string_view value;
};

// WSP of RFC 5234 only: a line end inside a record is not white space.
std::string_view trim_blanks(std::string_view text) noexcept {
  while (!text.empty() && base::is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && base::is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

// Text up to `separator`, which is removed from `rest` with it.
std::string_view take_until(std::string_view& rest, char separator) noexcept {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

// RFC 9989 §4.8: dmarc-tag = 1*ALPHA equals 1*dmarc-value. An empty name is no tag.
Tag parse_tag(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  return {trim_blanks(text.substr(0, equals)), trim_blanks(text.substr(equals + 1))};
}

bool is_tag(const Tag& tag, std::string_view name) noexcept {
  // RFC 9989 §4.8: tag names and values are ABNF strings, hence case-insensitive (RFC 5234 §2.3).
  return base::equal_ignoring_case(tag.name, name);
}

template <class T>
struct Word {
  std::string_view text;
  T value;
};

// The first valid value of a tag. RFC 9989 does not speak of tags that occur twice; a record is
// not dropped for one, in the spirit of §4.8.
template <class T>
std::optional<T> first_valid(const std::vector<Tag>& tags, std::string_view name,
                             std::initializer_list<Word<T>> words) {
  for (const Tag& tag : tags) {
    if (!is_tag(tag, name)) continue;
    for (const Word<T>& word : words) {
      if (base::equal_ignoring_case(tag.value, word.text)) return word.value;
    }
  }
  return std::nullopt;
}

bool has(const std::vector<Tag>& tags, std::string_view name) {
  return std::ranges::any_of(tags, [&](const Tag& tag) { return is_tag(tag, name); });
}

bool is_uri_character(char c) noexcept {
  return base::is_alpha(c) || base::is_digit(c) ||
         std::string_view("-._~:/?#[]@$&'()*+;=%").contains(c);
}

// RFC 3986 §3.1, and for mailto: that there is a mailbox to send to (RFC 6068 §2).
bool is_uri(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const std::string_view scheme = text.substr(0, colon);
  if (scheme.empty() || !base::is_alpha(scheme.front())) return false;
  const bool scheme_is_clean = std::ranges::all_of(scheme, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  if (!scheme_is_clean || !std::ranges::all_of(text, is_uri_character)) return false;
  if (!base::equal_ignoring_case(scheme, "mailto")) return true;
  const std::string_view mailbox = text.substr(colon + 1);
  const std::size_t at = mailbox.rfind('@');
  return at != std::string_view::npos && at != 0 && at + 1 != mailbox.size();
}

std::vector<std::string> parse_uris(std::string_view list) {
  std::vector<std::string> uris;
  while (!list.empty() && uris.size() < uris_max) {
    std::string_view item = take_until(list, ',');
    // RFC 9989 §4.8, obs-dmarc-uri: a size limit after "!" is read past. A "!" of the URI's own
    // would be percent-encoded.
    const std::string_view uri = trim_blanks(take_until(item, '!'));
    if (is_uri(uri)) uris.emplace_back(uri);
  }
  return uris;
}

std::vector<std::string> first_uris(const std::vector<Tag>& tags, std::string_view name) {
  for (const Tag& tag : tags) {
    if (!is_tag(tag, name)) continue;
    std::vector<std::string> uris = parse_uris(tag.value);
    if (!uris.empty()) return uris;
  }
  return {};
}

// RFC 9989 §4.7: "0" or "1", not both, and "d" and "s", in any order.
std::optional<std::string> parse_failure_options(std::string_view value) {
  constexpr std::string_view known = "01ds";
  bool given[known.size()] = {};
  do {
    const std::string_view option = trim_blanks(take_until(value, ':'));
    if (option.size() != 1) return std::nullopt;
    const std::size_t which = known.find(base::to_lower(option.front()));
    if (which == std::string_view::npos) return std::nullopt;
    given[which] = true;
  } while (!value.empty());
  if (given[0] && given[1]) return std::nullopt;
  std::string options;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!given[i]) continue;
    if (!options.empty()) options += ':';
    options += known[i];
  }
  return options;
}

std::string failure_options(const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    if (!is_tag(tag, "fo")) continue;
    if (std::optional<std::string> options = parse_failure_options(tag.value)) return *options;
  }
  return "0";
}

bool is_known(const Tag& tag) {
  // RFC 9989 §4.7, §9.3: everything else is ignored, rf= and ri= of RFC 7489 included.
  static constexpr std::string_view names[] = {"p",   "sp",  "np",  "adkim", "aspf", "fo",
                                               "rua", "ruf", "psd", "t",     "pct"};
  return std::ranges::any_of(names, [&](std::string_view name) { return is_tag(tag, name); });
}

std::optional<Policy> find_policy(const std::vector<Tag>& tags, std::string_view name) {
  return first_valid<Policy>(
      tags, name,
      {{"none", Policy::none}, {"quarantine", Policy::quarantine}, {"reject", Policy::reject}});
}

Alignment find_alignment(const std::vector<Tag>& tags, std::string_view name) {
  return first_valid<Alignment>(tags, name, {{"r", Alignment::relaxed}, {"s", Alignment::strict}})
      .value_or(Alignment::relaxed);
}

}  // namespace

base::Result<Record, RecordError> parse_record(std::string_view text) {
  // RFC 9989 §4.7: v= is the first tag and its value is compared with case; all else is not ours.
  std::string_view rest = text;
  const std::string_view start = take_until(rest, ';');
  const Tag version = parse_tag(start);
  if (start.starts_with(' ') || start.starts_with('\t'))
    return std::unexpected(RecordError::not_dmarc);
  if (!is_tag(version, "v") || version.value != "DMARC1") {
    return std::unexpected(RecordError::not_dmarc);
  }
  if (text.size() > record_octets_max) return std::unexpected(RecordError::too_long);

  std::vector<Tag> tags;
  while (!rest.empty()) {
    const Tag tag = parse_tag(take_until(rest, ';'));
    if (is_known(tag)) tags.push_back(tag);
  }

  Record record;
  record.text = text;
  record.policy = find_policy(tags, "p");
  record.subdomain_policy = find_policy(tags, "sp");
  record.nonexistent_policy = find_policy(tags, "np");
  record.policy_invalid = (!record.policy && has(tags, "p")) ||
                          (!record.subdomain_policy && has(tags, "sp")) ||
                          (!record.nonexistent_policy && has(tags, "np"));
  record.dkim_alignment = find_alignment(tags, "adkim");
  record.spf_alignment = find_alignment(tags, "aspf");
  record.public_suffix = first_valid<std::optional<bool>>(
                             tags, "psd", {{"y", true}, {"n", false}, {"u", std::nullopt}})
                             .value_or(std::nullopt);
  record.testing = first_valid<bool>(tags, "t", {{"y", true}, {"n", false}}).value_or(false);
  // RFC 7489 §6.3: 1*3DIGIT. Only those who ask for it make something of it.
  record.pct_zero =
      first_valid<bool>(tags, "pct", {{"0", true}, {"00", true}, {"000", true}}).value_or(false);
  record.aggregate_to = first_uris(tags, "rua");
  record.failure_to = first_uris(tags, "ruf");
  // RFC 9989 §4.7: fo= without ruf= is ignored.
  if (!record.failure_to.empty()) record.failure_options = failure_options(tags);
  return record;
}

}  // namespace dmarc
