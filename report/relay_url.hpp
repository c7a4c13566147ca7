#pragma once

#include <string_view>

namespace report {

// True when the server of a relay's URL ("smtp://127.0.0.1:25") is this machine: what is sent there
// nobody else can read. Pure.
[[nodiscard]] bool is_loopback(std::string_view url);

}  // namespace report
