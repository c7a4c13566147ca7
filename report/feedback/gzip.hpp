#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

// RFC 1952: the only door to zlib.
namespace report {

enum class Effort : std::uint8_t {
  best,  // For what goes out.
  fast,  // For small things by the thousand.
};
// The same octets at every call.
[[nodiscard]] std::string gzip(std::string_view octets, Effort effort = Effort::best);
// What gzip() was given; an error for anything else, and for more than 1 GiB.
[[nodiscard]] base::Result<std::string> gunzip(std::string_view octets);

}  // namespace report
