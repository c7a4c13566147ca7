#pragma once

#include <string>
#include <string_view>

namespace policy {

// What is left of a text when all that looks alike is made equal: letters without accents, Cyrillic
// and Greek ones as the Latin they resemble, "0" as "o", "1" and "i" as "l", "5" as "s", "rn" as
// "m", "vv" as "w", "cl" as "d", in lower case (the idea of UTS #39 §4, for what domain names
// have). Two names that could be taken for each other have equal skeletons. Of UTF-8; not to be
// shown.
[[nodiscard]] std::string skeleton(std::string_view text);

}  // namespace policy
