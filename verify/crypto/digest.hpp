#pragma once

#include <string>
#include <string_view>

// Short names for things: 32 hexadecimal digits in lower case, 128 bits of SHA-256. Pure.
namespace crypto {

// The same text always has the same name; who knows a likely text can tell that it is meant.
[[nodiscard]] std::string digest(std::string_view text);

// The same with a secret, by HMAC-SHA-256 (RFC 2104): without the key nobody can tell which of many
// guesses was the text.
[[nodiscard]] std::string keyed_digest(std::string_view key, std::string_view text);

}  // namespace crypto
