#include "policy/trust.hpp"

#include <array>

#include "verify/origin.hpp"

namespace policy {

TrustVerdict trusts(const Trust& trust, const verify::Connection& connection) {
  if (trust.authenticated && connection.authenticated) return {true, "trusted-authenticated"};
  // Behind a relay of ours a client nobody knows is a stranger, no local submission.
  if (!connection.client && connection.relay) return {};
  // Postfix itself says 127.0.0.1 of mail that came through sendmail(1); Sendmail says nothing.
  constexpr std::array<std::uint8_t, 4> loopback = {127, 0, 0, 1};
  const base::IpAddress client =
      connection.client.value_or(base::IpAddress::from_octets(std::span(loopback)));
  if (verify::is_among(client, trust.networks)) return {true, "trusted-network"};
  return {};
}

}  // namespace policy
