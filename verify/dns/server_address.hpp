#pragma once

#include <string>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace dns {

// A name server to ask.
struct ServerAddress {
  base::IpAddress address;  // Never a host name.
  int port = 0;             // 1 to 65535; 0: the usual one, 53.

  // True on this machine (127.0.0.0/8, ::1): nobody else's packets can pretend to come from there.
  [[nodiscard]] bool is_loopback() const;
  // True on this machine or its own wire (link-local: RFC 3927, RFC 4291 §2.5.6).
  [[nodiscard]] bool is_near() const;
  [[nodiscard]] std::string text() const;  // As parse_server_address() reads it.

  friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

// Reads "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353". An error, which
// names the text, for all else: there are no host names and no interfaces.
[[nodiscard]] base::Result<ServerAddress> parse_server_address(const std::string& text);

}  // namespace dns
