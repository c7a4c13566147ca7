#include "report/relay_url.hpp"

#include <algorithm>

#include "base/ip_address.hpp"
#include "base/text.hpp"

namespace report {

bool is_loopback(std::string_view url) {
  std::string_view host = url.substr(std::min(url.find("://"), url.size()));
  if (host.empty()) return false;
  host.remove_prefix(3);
  if (host.starts_with('[')) return host.starts_with("[::1]");
  host = host.substr(0, host.find_first_of(":/"));
  if (base::equal_ignoring_case(host, "localhost")) return true;
  return host.starts_with("127.") && base::IpAddress::parse(host).has_value();
}

}  // namespace report
