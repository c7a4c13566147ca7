#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "verify/base/domain.hpp"

namespace policy {

// Skeleton of the part of a domain that tells organizations apart: "examp1e" of
// "www.examp1e.co.uk".
[[nodiscard]] std::string telling_name(const base::Domain& domain);

// A domain as people read it, to be compared with those it may be meant to look like.
class Appearance {
 public:
  explicit Appearance(const base::Domain& domain);

  // True when a reader could take it for another domain that has this telling name: the same name,
  // one edit between names of 5 letters or more, two from 8 on, or that name as a label, or a
  // hyphenated part of a label, of this domain.
  [[nodiscard]] bool resembles(std::string_view name) const;

 private:
  std::string whole_;  // Skeleton of all labels but the top-level domain.
  std::string name_;
  std::uint32_t letters_ = 0;  // Which letters the name has.
};

// The domain an organization is likely to have registered: two labels, or three where the last two
// are like "co.uk". A guess without DNS, good enough for a hint.
[[nodiscard]] base::Domain registered(const base::Domain& domain);

// True when `part` stands in `text` with no letter or digit next to it.
[[nodiscard]] bool has_word(std::string_view text, std::string_view part);

}  // namespace policy
