#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/section.hpp"
#include "config/value.hpp"

namespace config {

// What a file says, over the defaults. Only of use when nothing was complained about.
[[nodiscard]] Config read(const Table& file, Complaints& complaints);

// Every key there is, as "section.key", in the order of the file; those of [[tables]] come last.
[[nodiscard]] std::vector<std::string> known_keys();

}  // namespace config
