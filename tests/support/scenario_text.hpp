#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

// The small notations inside a scenario (docs/formats/scenario.md).
namespace support {

[[nodiscard]] base::Result<std::string> read_file(const std::filesystem::path& file);

// Bare LF becomes CRLF.
[[nodiscard]] std::string with_crlf(std::string_view text);

// \xNN are octets, all else stands for itself.
[[nodiscard]] std::string unescaped(std::string_view text);

// One line of a message with its line end: \xNN, {c*N} and a leading {repeat N} carried out.
[[nodiscard]] base::Result<std::string> message_line(std::string_view line);

// The value of a dns line: quoted strings joined, {rsa}, {ed25519} and {@FILE} filled in.
[[nodiscard]] base::Result<std::string> dns_value(std::string_view text,
                                                  const std::filesystem::path& folder);

}  // namespace support
