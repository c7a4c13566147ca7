#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Values as TOML 1.0 writes them, each on one line.
namespace config {

// Keys with their values, these as TOML: {"deadline_ms", "20000"}. In the order in which they are
// shown.
using Settings = std::vector<std::pair<std::string, std::string>>;

// A basic string: with its quotes, and with escapes for what TOML wants escaped.
[[nodiscard]] std::string toml_string(std::string_view text);

// ["a", "b"]
[[nodiscard]] std::string toml_array(const std::vector<std::string>& texts);

// The same of what `text` makes of each item: toml_array(domains, &base::Domain::text).
template <class Item, class Text>
[[nodiscard]] std::string toml_array(const std::vector<Item>& items, Text text) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const Item& item : items)
    texts.push_back(std::invoke(text, item));
  return toml_array(texts);
}

// {key = value, key = value}
[[nodiscard]] std::string inline_table(const Settings& settings);

}  // namespace config
