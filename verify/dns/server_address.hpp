#pragma once

#include <string>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace dns {

struct ServerAddress {
  base::IpAddress address;
  int port = 0;  // 0: the usual one.

  // On this machine: nobody else's packets can pretend to come from there.
  [[nodiscard]] bool is_loopback() const;
  // On this machine or its own wire (RFC 3927, RFC 4291 §2.5.6).
  [[nodiscard]] bool is_near() const;
  [[nodiscard]] std::string text() const;  // As parse_server_address() reads it.

  friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353".
[[nodiscard]] base::Result<ServerAddress> parse_server_address(const std::string& text);

}  // namespace dns
