#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/domain.hpp"

namespace policy {

// A text as people read it.
struct Look {
  // `shown` is UTF-8: a domain in U-labels, or a display name.
  explicit Look(std::string_view shown);

  std::string text;           // skeleton()
  std::uint32_t letters = 0;  // Which it has, a bit each: most texts are told apart by that.

  // True when `word` stands in it with no letter or digit next to it.
  [[nodiscard]] bool has_word(const Look& word) const;
};

// A domain as people read it, to be compared with those it may be meant to look like.
class Appearance {
 public:
  // Works out all that is compared later: made once for each protected domain.
  explicit Appearance(const base::Domain& domain);

  // True when a reader could take it for `original`: the same telling name, one edit between names
  // of 5 letters or more, two from 8 on, or that name as a label, or a hyphenated part of a label,
  // of this domain.
  [[nodiscard]] bool resembles(const Appearance& original) const;

  // True when `text` has the domain in it, or its telling name if that is long enough.
  [[nodiscard]] bool stands_in(const Look& text) const;

 private:
  Look whole_;  // All labels.
  Look below_;  // All labels but the top-level domain.
  Look name_;   // The telling name, which one organization has: "examp1e" of "www.examp1e.co.uk".
};

// The domain an organization is likely to have registered: two labels, or three where the last two
// are like "co.uk". A guess without DNS, good enough for a hint.
[[nodiscard]] base::Domain registered(const base::Domain& domain);

}  // namespace policy
