#pragma once

#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"

// How long a campaign runs and where it starts: numbers in environment variables.
namespace simulation {

// The value of the variable `name`, or `otherwise` when it is not set or no number.
[[nodiscard]] inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : base::parse_number(text).value_or(otherwise);
}

}  // namespace simulation
