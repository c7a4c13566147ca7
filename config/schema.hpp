#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/section.hpp"
#include "config/toml_text.hpp"
#include "config/value.hpp"

// What there is in a configuration: each key once, with the place of its value and its kind.
namespace config {

// What a file says, over the defaults, with its warnings. Only of use when nothing was complained
// about. Takes time that grows with the file and no faster.
[[nodiscard]] Config read(const Table& file, Complaints& complaints);

// A [section], or one table of the array [[name]].
struct Block {
  std::string name;       // "policy"
  bool repeated = false;  // Of an array: there may be more of that name, one after the other.
  Settings settings;      // In the order of the section's keys.
};

// What to_toml() shows: every section, then the tables, in their order.
[[nodiscard]] std::vector<Block> blocks(const Config& config);

// Every key there is, as "section.key", in the order of the file; those of [[tables]] come last.
[[nodiscard]] std::vector<std::string> known_keys();

}  // namespace config
