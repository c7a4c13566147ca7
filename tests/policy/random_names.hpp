#pragma once

#include <array>
#include <random>
#include <string>

namespace support {

// A name of one to four labels out of a few, so that many are equal to or below each other.
[[nodiscard]] inline std::string random_name(std::mt19937& random) {
  constexpr std::array labels = {"a", "b", "ab", "example"};
  std::string name = labels[random() % labels.size()];
  for (auto more = random() % 4; more > 0; --more) {
    name.append(".").append(labels[random() % labels.size()]);
  }
  return name;
}

}  // namespace support
