#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace config {

// A milter socket in libmilter's spelling: "unix:/path", "inet:8893@127.0.0.1" or
// "inet6:8893@[::1]". Also understood: "local:/path", "/path", and the spelling of Postfix's
// smtpd_milters: "inet:127.0.0.1:8893", "inet:[::1]:8893". The error shows both. Pure.
[[nodiscard]] base::Result<std::string> milter_socket(std::string_view text);

// True when other machines could reach a socket that milter_socket() returned.
[[nodiscard]] bool reaches_beyond_host(std::string_view socket);

// "127.0.0.1:9893" or "[::1]:9893", for what listens itself; the same text when it is right.
[[nodiscard]] base::Result<std::string> listen_address(std::string_view text);

}  // namespace config
