#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

// RFC 1952: the only door to zlib.
namespace base {

enum class GzipEffort : std::uint8_t {
  best,  // For what goes out.
  fast,  // For small things by the thousand.
};
// The same octets at every call.
[[nodiscard]] std::string gzip(std::string_view octets, GzipEffort effort = GzipEffort::best);
// What gzip() was given; an error for anything else, and for more than 1 GiB.
[[nodiscard]] base::Result<std::string> gunzip(std::string_view octets);

}  // namespace base
