#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crypto {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

[[nodiscard]] inline ByteView bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text));
}

// RFC 4648 §4. White space anywhere is skipped, as folded fields need (RFC 6376 §2.10); any other
// foreign character, and wrong or missing padding, gives nothing. The unused bits of the last
// character are not looked at.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

[[nodiscard]] std::string to_base64(ByteView data);

}  // namespace crypto
