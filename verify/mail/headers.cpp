#include "verify/mail/headers.hpp"

#include <cassert>
#include <utility>

#include "base/text.hpp"

namespace mail {

bool Headers::add(HeaderField field, std::size_t octets_max) {
  assert(octets_ <= octets_max);
  const std::size_t octets = field.name.size() + field.value.size() + 3;  // ":" and CRLF.
  if (octets > octets_max - octets_) return false;
  octets_ += octets;
  fields_.push_back(std::move(field));
  return true;
}

std::vector<const HeaderField*> Headers::named(std::string_view name) const {
  // RFC 5322 §4.5: obsolete syntax has blanks before the colon; "From :" is a From field.
  const auto bare = [](std::string_view written) {
    while (!written.empty() && base::is_blank(written.back()))
      written.remove_suffix(1);
    return written;
  };
  std::vector<const HeaderField*> found;
  for (const HeaderField& field : fields_) {
    if (base::equal_ignoring_case(bare(field.name), name)) found.push_back(&field);
  }
  return found;
}

}  // namespace mail
