#include "verify/mail/tag_list.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace mail {

namespace {

constexpr std::size_t tags_max =
    200;  // Real lists have fewer than 15; the check below is quadratic.

// RFC 6376 §3.2: tag-name = ALPHA *ALNUMPUNC
bool is_tag_name(std::string_view name) {
  if (name.empty() || !base::is_alpha(name.front())) return false;
  return std::ranges::all_of(
      name, [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_'; });
}

// RFC 6376 §3.2: tval = 1*VALCHAR; VALCHAR = %x21-3A / %x3C-7E, with FWS between them.
constexpr std::array<bool, 256> value_octets = [] {
  std::array<bool, 256> table{};
  for (std::size_t octet = 0; octet < table.size(); ++octet) {
    const bool control = octet < 0x20 || octet == 0x7F;
    table[octet] = !control || base::is_space(static_cast<char>(octet));
  }
  return table;
}();

bool is_tag_value(std::string_view value) {
  return std::ranges::all_of(value,
                             [](char c) { return value_octets[static_cast<unsigned char>(c)]; });
}

}  // namespace

base::Result<TagList, TagListError> TagList::parse(std::string_view text) {
  TagList list;
  while (true) {
    const std::size_t end = text.find(';');
    const std::string_view spec = text.substr(0, end);
    const bool last = end == std::string_view::npos;
    if (last && base::trim(spec).empty() && !list.tags_.empty()) return list;

    const std::size_t equals = spec.find('=');
    if (equals == std::string_view::npos) return std::unexpected(TagListError::malformed);
    const std::string_view name = base::trim(spec.substr(0, equals));
    const std::string_view value = base::trim(spec.substr(equals + 1));
    if (!is_tag_name(name) || !is_tag_value(value) || list.tags_.size() == tags_max) {
      return std::unexpected(TagListError::malformed);
    }
    if (list.find(name)) return std::unexpected(TagListError::duplicate_tag);
    list.tags_.push_back({name, value});
    if (last) return list;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::string_view> TagList::find(std::string_view name) const {
  const auto tag = std::ranges::find(tags_, name, &Tag::name);
  if (tag == tags_.end()) return std::nullopt;
  return tag->value;
}

}  // namespace mail
