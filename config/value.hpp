#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace config {

struct Value;
using List = std::vector<Value>;
using Table = std::map<std::string, Value, std::less<>>;

// A value of the file with the line it stands on: what is left of TOML once toml++ has read it.
struct Value {
  struct Other {  // Floats, dates and times: no key of ours takes one.
    std::string_view type;
  };
  std::variant<bool, std::int64_t, std::string, List, Table, Other> content;
  int line = 0;

  [[nodiscard]] std::string_view type() const noexcept;  // "an integer"
};

}  // namespace config
