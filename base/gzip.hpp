#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

// Compression in the gzip format of RFC 1952, and the only door to zlib. Pure; both throw
// std::bad_alloc when zlib gets no memory.
namespace base {

// How hard gzip() tries. What it writes can be read whatever was chosen.
enum class GzipEffort : std::uint8_t {
  best,  // Smallest, for what is sent to others: aggregate reports.
  fast,  // Quick and with little memory, for many small texts: stored events.
};
// Compresses `octets`, of any length. The same input gives the same output at every call, as no
// time and no file name is written into it: a report that is made again is identical.
[[nodiscard]] std::string gzip(std::string_view octets, GzipEffort effort = GzipEffort::best);
// The octets that were compressed. An error for anything that is not one complete gzip stream, for
// what grows beyond 1 GiB, and for more than 4 GiB of input: what is read may come from outside.
[[nodiscard]] base::Result<std::string> gunzip(std::string_view octets);

}  // namespace base
