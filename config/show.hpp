#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"

namespace config {

// Keys with their values as TOML writes them, on one line each.
using Settings = std::vector<std::pair<std::string, std::string>>;

// A [section], or one table of the array [[name]].
struct Block {
  std::string name;
  bool repeated = false;
  Settings settings;
};

// What to_toml() shows: every section, then the tables, in their order.
[[nodiscard]] std::vector<Block> blocks(const Config& config);

// "{key = value, key = value}"
[[nodiscard]] std::string inline_table(const Settings& settings);

}  // namespace config
