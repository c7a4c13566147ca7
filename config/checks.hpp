#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"

// What values of [milter], [dns], [store] and [metrics] must be, beyond their kind: each is a Check
// of config/kinds.hpp.
namespace config {

// A milter socket, put into libmilter's spelling; warns of one that other machines can reach.
void check_socket(Section& section, std::string_view key, std::string& socket);

// RFC 8601 §2.5: usually a domain name; anything else would need quoting in the field. Or empty.
void check_authserv_id(Section& section, std::string_view key, std::string& name);

// Of a gateway: what can stand in an event as it is. Or empty.
void check_gateway(Section& section, std::string_view key, std::string& name);

// Each is "127.0.0.1", "127.0.0.1:5353", "::1" or "[::1]:53".
void check_servers(Section& section, std::string_view key, std::vector<std::string>& servers);

// Domains, and few of them, as each is asked every two seconds when DNS fails.
void check_zones(Section& section, std::string_view key, std::vector<std::string>& zones);

// "127.0.0.1:9893" or "[::1]:9893", or empty.
void check_listen(Section& section, std::string_view key, std::string& address);

// The URL of a store, which is shown without its password.
struct StoreUrl {
  void read(Section& section, std::string_view key, std::string& url) const;
  [[nodiscard]] std::string write(const std::string& url) const;
};

}  // namespace config
