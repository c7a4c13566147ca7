#pragma once

#include <string>
#include <string_view>

// Short names for things: 32 hexadecimal digits, 128 bits of SHA-256.
namespace crypto {

[[nodiscard]] std::string digest(std::string_view text);

// HMAC-SHA-256 (RFC 2104): without the key nobody can tell which of many guesses was the text.
[[nodiscard]] std::string keyed_digest(std::string_view key, std::string_view text);

}  // namespace crypto
