#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

struct Complaint {
  std::string text;
  std::string what;
};

// What parse() complains about.
inline std::string complaint(std::string_view text) {
  const auto config = config::parse(text, "f");
  return config ? "" : config.error().what;
}
