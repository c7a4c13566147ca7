#include "verify/origin.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "verify/mail/date.hpp"
#include "verify/mail/received.hpp"

namespace verify {

namespace {

constexpr std::size_t followed_hops_max = 10;

bool is_loopback(const base::IpAddress& address) {
  static const base::Network loopback[] = {*base::Network::parse("127.0.0.0/8"),
                                           *base::Network::parse("::1/128")};
  return is_among(address, loopback);
}

std::string name_of(const Connection& origin) { return "relay " + origin.relay->text(); }

// Without a client: the relay, and the field that should have named it.
std::string nothing_read(const Connection& origin, const mail::Received* field) {
  if (field == nullptr) return name_of(origin) + ": no Received field names a client";
  const std::string by = field->by.empty() ? "" : " by " + base::printable(field->by, 100);
  return name_of(origin) + ": the Received field" + by + " names no client";
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
  origin.relay_problem = nothing_read(origin, nullptr);
  std::size_t hops = 0;
  for (const mail::HeaderField* field : headers.named("Received")) {
    if (hops++ == followed_hops_max) break;
    mail::Received received = mail::parse_received(field->value);
    if (received.internal) continue;
    if (!received.client) {  // What lies below was written by who knows whom.
      origin.relay_problem = nothing_read(origin, &received);
      break;
    }
    if (is_among(*received.client, relays) || is_loopback(*received.client)) continue;
    origin.client = received.client;
    origin.received_at = mail::received_date(field->value);
    origin.client_name = std::move(received.client_name);
    origin.helo = std::move(received.helo);
    origin.relay_problem =
        is_private(*origin.client)
            ? name_of(origin) + " took it from the private address " + origin.client->text()
            : std::string();
    break;
  }
  return origin;
}

std::optional<base::IpAddress> checked_client(const Connection& connection) {
  const bool inner = connection.relay && connection.client && is_private(*connection.client);
  return inner ? std::nullopt : connection.client;
}

bool is_private(const base::IpAddress& address) {
  static const base::Network networks[] = {
      *base::Network::parse("10.0.0.0/8"), *base::Network::parse("172.16.0.0/12"),
      *base::Network::parse("192.168.0.0/16"), *base::Network::parse("100.64.0.0/10"),
      *base::Network::parse("169.254.0.0/16"), *base::Network::parse("0.0.0.0/8"),
      *base::Network::parse("fc00::/7"), *base::Network::parse("fe80::/10"),
      *base::Network::parse("::/128"),
      // 6to4 (RFC 3056) of private IPv4 addresses, as Google calls its hosts.
      *base::Network::parse("2002:a00::/24"), *base::Network::parse("2002:ac10::/28"),
      *base::Network::parse("2002:c0a8::/32")};
  return is_among(address, networks);
}

}  // namespace verify
