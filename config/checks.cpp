#include "config/checks.hpp"

#include <cstddef>
#include <utility>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "config/kinds.hpp"
#include "config/socket.hpp"
#include "config/store_url.hpp"
#include "config/toml_text.hpp"

namespace config {

namespace {

constexpr std::size_t breaker_zones_max = 20;

// "127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:53"
bool is_server(std::string_view text) {
  if (base::IpAddress::parse(text)) return true;
  const base::Result<std::string> listen = listen_address(text);
  if (!listen)
    return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
           base::IpAddress::parse(text.substr(1, text.size() - 2)).has_value();
  std::string_view host = text.substr(0, text.rfind(':'));
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  return base::IpAddress::parse(host).has_value();
}

}  // namespace

void check_socket(Section& section, std::string_view key, std::string& socket) {
  auto normal = milter_socket(socket);
  if (!normal) {
    section.complain(key, normal.error().what);
    return;
  }
  socket = *std::move(normal);
  if (reaches_beyond_host(socket)) {
    section.warn(key, socket + " can be reached by other machines, and asks for no password");
  }
}

void check_authserv_id(Section& section, std::string_view key, std::string& name) {
  if (!name.empty() && !base::Domain::parse(name)) {
    section.complain(key, "must look like a domain name");
  }
}

void check_gateway(Section& section, std::string_view key, std::string& name) {
  if (name.size() > 253 || base::plain_length(name) < name.size()) {
    section.complain(key, "must be at most 253 octets of printable ASCII without quotes");
  }
}

void check_servers(Section& section, std::string_view key, std::vector<std::string>& servers) {
  for (const std::string& server : servers) {
    if (is_server(server)) continue;
    section.complain(key, "\"" + base::printable(server) +
                              "\" is no address; write \"127.0.0.1\" or \"[::1]:53\"");
  }
}

void check_zones(Section& section, std::string_view key, std::vector<std::string>& zones) {
  if (zones.size() > breaker_zones_max) {
    section.complain(key, "at most " + std::to_string(breaker_zones_max));
  }
  for (const std::string& zone : zones) {
    if (base::Domain::parse(zone)) continue;
    section.complain(key, "\"" + base::printable(zone) + "\" is no domain");
  }
}

void check_listen(Section& section, std::string_view key, std::string& address) {
  if (address.empty()) return;
  const base::Result<std::string> listen = listen_address(address);
  if (!listen) section.complain(key, listen.error().what);
}

void StoreUrl::read(Section& section, std::string_view key, std::string& url) const {
  Text{}.read(section, key, url);
  if (const auto sound = check_store_url(url); !sound) {
    section.complain(key, sound.error().what);
  } else if (hides_password(url)) {
    section.warn(key,
                 "the password is ***, which postern config show writes in place of a real one");
  }
}

std::string StoreUrl::write(const std::string& url) const {
  return toml_string(without_passwords(url));
}

}  // namespace config
