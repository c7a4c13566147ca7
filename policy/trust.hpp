#pragma once

#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "verify/verification.hpp"

// Whose mail is not verified at all.
namespace policy {

// Which clients the site trusts; section [trust] of the configuration.
struct Trust {
  std::vector<base::Network> networks;  // Clients whose mail is not verified.
  bool authenticated = true;            // Nor that of SMTP AUTH users.
  bool unknown_clients = false;         // Nor that of clients of which the MTA tells no address.
  // Our own outer MTAs: their mail is checked as coming from the client they took it from, which
  // the Received field they added tells (verify::find_origin).
  std::vector<base::Network> relays;
};

// Whether a client's mail goes unverified, and by which rule.
struct TrustVerdict {
  bool trusted = false;
  std::string rule;  // "trusted-network" and the like; empty: not trusted.
};

// The verdict on one client. One without an address is a stranger unless the site says otherwise;
// behind a relay of ours always. Pure.
[[nodiscard]] TrustVerdict trusts(const Trust& trust, const verify::Connection& connection);

}  // namespace policy
