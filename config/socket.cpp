#include "config/socket.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "base/text.hpp"

namespace config {

namespace {

using base::IpAddress;

constexpr std::array<std::uint8_t, 16> loopback_v6 = {0, 0, 0, 0, 0, 0, 0, 0,
                                                      0, 0, 0, 0, 0, 0, 0, 1};
constexpr std::size_t unix_path_max = 107;  // sockaddr_un::sun_path with its NUL.

struct Endpoint {
  std::string_view host;  // Without brackets.
  std::string_view port;
};

std::unexpected<base::Error> refuse(std::string_view text, std::string_view why) {
  return base::fail("\"" + base::printable(text, 120) + "\" is no socket: " + std::string(why) +
                    " (write \"unix:/path\", \"inet:8893@127.0.0.1\" as Sendmail does, or "
                    "\"inet:127.0.0.1:8893\" as Postfix does)");
}

bool is_port(std::string_view text) {
  const auto number = base::parse_number(text);
  return number && *number >= 1 && *number <= 65535 && text.size() <= 5;
}

std::string_view without_brackets(std::string_view host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

bool is_host(std::string_view host) {
  return IpAddress::parse(host).has_value() || base::Domain::parse(host).has_value();
}

// "port@host" (libmilter, host may be absent) or "host:port" (Postfix). IPv6 addresses hold colons
// themselves, so Postfix wants brackets around them.
std::optional<Endpoint> split(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    return Endpoint{without_brackets(text.substr(at + 1)), text.substr(0, at)};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Endpoint{{}, text};
  const std::string_view host = text.substr(0, colon);
  if (host.contains(':') && without_brackets(host) == host) return std::nullopt;
  return Endpoint{without_brackets(host), text.substr(colon + 1)};
}

base::Result<std::string> unix_socket(std::string_view text, std::string_view path) {
  if (!path.starts_with('/')) return refuse(text, "the path must begin with \"/\"");
  if (path.size() > unix_path_max) return refuse(text, "the path is longer than 107 octets");
  if (std::ranges::any_of(path, [](char c) { return c >= 0 && c < ' '; })) {
    return refuse(text, "the path holds control characters");
  }
  return "unix:" + std::string(path);
}

base::Result<std::string> inet_socket(std::string_view text, std::string_view rest, bool six) {
  const std::optional<Endpoint> endpoint = split(rest);
  if (!endpoint) return refuse(text, "an IPv6 address needs brackets");
  if (!is_port(endpoint->port)) return refuse(text, "the port must be 1 to 65535");
  // libmilter takes a port alone for every address of the machine; nobody means that who says
  // nothing, as milter sockets ask for no password.
  if (endpoint->host.empty()) return refuse(text, "the address is missing");
  if (!is_host(endpoint->host)) return refuse(text, "the address makes no sense");
  const bool colons = endpoint->host.contains(':');
  if (six && !colons && IpAddress::parse(endpoint->host)) {
    return refuse(text, "inet6 needs an IPv6 address");
  }
  // Postfix says inet: for both families, libmilter needs inet6: for the second.
  const bool family_six = six || colons;
  std::string socket = family_six ? "inet6:" : "inet:";
  socket.append(endpoint->port).append("@");
  return colons ? socket.append("[").append(endpoint->host).append("]")
                : socket.append(endpoint->host);
}

}  // namespace

base::Result<std::string> milter_socket(std::string_view text) {
  if (text.starts_with('/')) return unix_socket(text, text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return refuse(text, "the kind is missing");
  const std::string_view kind = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (kind == "unix" || kind == "local") return unix_socket(text, rest);
  if (kind == "inet") return inet_socket(text, rest, false);
  if (kind == "inet6") return inet_socket(text, rest, true);
  return refuse(text, "the kind must be unix, local, inet or inet6");
}

bool reaches_beyond_host(std::string_view socket) {
  if (socket.starts_with("unix:")) return false;
  const std::string_view host = without_brackets(socket.substr(socket.find('@') + 1));
  const std::optional<IpAddress> address = IpAddress::parse(host);
  if (!address) return host != "localhost";
  if (address->family() == IpAddress::Family::v4) return address->octets().front() != 127;
  return *address != IpAddress::from_octets(loopback_v6);
}

base::Result<std::string> listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && is_port(text.substr(colon + 1))) {
    const std::string_view host = text.substr(0, colon);
    const bool bracketed = without_brackets(host) != host;
    if (bracketed == host.contains(':') && is_host(without_brackets(host)))
      return std::string(text);
  }
  return base::fail("\"" + base::printable(text, 120) +
                    "\" is no address to listen on: write \"127.0.0.1:9893\" or \"[::1]:9893\"");
}

}  // namespace config
