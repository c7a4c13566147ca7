#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crypto {

// Octets that no longer are text.
using Bytes = std::vector<std::byte>;
// A view of octets that somebody else owns.
using ByteView = std::span<const std::byte>;

// The octets of a text, which must outlive the view.
[[nodiscard]] inline ByteView bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text));
}

// The octets that base64 text stands for (RFC 4648 §4). White space anywhere is skipped, as folded
// fields need (RFC 6376 §2.10); any other foreign character, and wrong or missing padding, gives
// nothing. The unused bits of the last character are not looked at. Pure.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

// The text of RFC 4648 §4 for these octets, padded, on one line.
[[nodiscard]] std::string to_base64(ByteView data);

}  // namespace crypto
