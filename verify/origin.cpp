#include "verify/origin.hpp"

#include <algorithm>
#include <utility>

#include "verify/mail/date.hpp"
#include "verify/mail/received.hpp"

namespace verify {

namespace {

constexpr std::size_t hops_max = 10;

bool is_loopback(const base::IpAddress& address) {
  static const base::Network loopback[] = {*base::Network::parse("127.0.0.0/8"),
                                           *base::Network::parse("::1/128")};
  return is_among(address, loopback);
}

}  // namespace

bool is_among(const base::IpAddress& client, std::span<const base::Network> networks) {
  return std::ranges::any_of(
      networks, [&](const base::Network& network) { return network.contains(client); });
}

Connection find_origin(const Connection& relayed, const mail::Headers& headers,
                       std::span<const base::Network> relays) {
  Connection origin;
  origin.receiver = relayed.receiver;
  origin.relay = relayed.client;
  std::size_t hops = 0;
  for (const mail::HeaderField* field : headers.named("Received")) {
    if (hops++ == hops_max) break;
    auto from = mail::parse_received(field->value);
    if (!from) break;  // What lies below was written by who knows whom.
    if (is_among(from->client, relays) || is_loopback(from->client)) continue;
    origin.client = from->client;
    origin.received_at = mail::received_date(field->value);
    origin.client_name = std::move(from->client_name);
    origin.helo = std::move(from->helo);
    break;
  }
  return origin;
}

}  // namespace verify
