#include "policy/trust.hpp"

#include "verify/origin.hpp"

namespace policy {

TrustVerdict trusts(const Trust& trust, const verify::Connection& connection) {
  if (trust.authenticated && connection.authenticated) return {true, "trusted-authenticated"};
  if (!connection.client) {
    // Sendmail says so of "sendmail -bs". A proxy in front of an MTA may bring it about, too.
    if (trust.unknown_clients && !connection.relay) return {true, "trusted-unknown-client"};
    return {};
  }
  if (verify::is_among(*connection.client, trust.networks)) return {true, "trusted-network"};
  return {};
}

}  // namespace policy
