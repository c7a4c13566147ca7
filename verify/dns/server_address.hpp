#pragma once

#include <string>

#include "verify/base/ip_address.hpp"
#include "verify/base/result.hpp"

namespace dns {

struct ServerAddress {
  base::IpAddress address;
  int port = 0;  // 0: the usual one.
};

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353".
[[nodiscard]] base::Result<ServerAddress> parse_server_address(const std::string& text);

}  // namespace dns
