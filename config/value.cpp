#include "config/value.hpp"

namespace config {

std::string_view Value::type() const noexcept {
  if (const auto* other = std::get_if<Other>(&content)) return other->type;
  if (std::holds_alternative<bool>(content)) return "true or false";
  if (std::holds_alternative<std::int64_t>(content)) return "an integer";
  if (std::holds_alternative<std::string>(content)) return "a string";
  if (std::holds_alternative<List>(content)) return "an array";
  return "a table";
}

}  // namespace config
