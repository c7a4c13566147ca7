#include "verify/dns/server_address.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace dns {

namespace {

constexpr std::uint64_t port_max = 65535;

bool is_in(const base::IpAddress& address, std::string_view network) {
  return base::Network::parse(network)->contains(address);
}

}  // namespace

bool ServerAddress::is_loopback() const {
  return is_in(address, "127.0.0.0/8") || is_in(address, "::1");
}

bool ServerAddress::is_near() const {
  return is_loopback() || is_in(address, "169.254.0.0/16") || is_in(address, "fe80::/10");
}

std::string ServerAddress::text() const {
  if (port == 0) return address.text();
  const bool v6 = address.family() == base::IpAddress::Family::v6;
  return (v6 ? "[" + address.text() + "]" : address.text()) + ":" + std::to_string(port);
}

base::Result<ServerAddress> parse_server_address(const std::string& text) {
  const auto malformed = [&](const char* why) {
    return base::fail("name server " + base::printable(text) + ": " + why);
  };
  std::string_view address = text;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string::npos) return malformed("\"[\" without \"]\"");
    address = std::string_view(text).substr(1, close - 1);
    port = std::string_view(text).substr(close + 1);
    has_port = !port.empty();
    if (has_port && !port.starts_with(':')) {
      return malformed("no port after \"]\"");
    }
    if (has_port) port.remove_prefix(1);
  } else if (std::ranges::count(text, ':') == 1) {
    address = std::string_view(text).substr(0, text.find(':'));
    port = std::string_view(text).substr(text.find(':') + 1);
    has_port = true;
  }
  const auto ip = base::IpAddress::parse(address);
  if (!ip) return malformed("not an IP address");
  const auto number = base::parse_number(port);
  if (has_port && (!number || *number == 0 || *number > port_max)) {
    return malformed("not a port");
  }
  return ServerAddress{*ip, has_port ? static_cast<int>(*number) : 0};
}

}  // namespace dns
