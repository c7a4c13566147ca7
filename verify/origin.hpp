#pragma once

#include <optional>
#include <span>

#include "base/ip_address.hpp"
#include "verify/mail/headers.hpp"
#include "verify/verification.hpp"

namespace verify {

// Whose mail a relay of ours brings: the connection with client, its name and HELO as the topmost
// Received field says, and Connection::relay set. The next field down is read where the one above
// says that a host we trust wrote that, too: its client is one of `relays`, or a program on the
// relay itself (docs/decisions/0009). Ten fields are read at most. Where none names a client the
// client is absent and Connection::relay_problem says why. A private address is kept as the client,
// with such a problem (see is_private). The field that names the client tells when it came, too.
// Nothing of the relay's own session is left. Pure.
[[nodiscard]] Connection find_origin(const Connection& relayed, const mail::Headers& headers,
                                     std::span<const base::Network> relays);

// Addresses that are no host's on the Internet (RFC 1918, RFC 6598, RFC 4193, link-local): behind a
// relay such a client is a hop of the relay's own network, and SPF can say nothing about it.
[[nodiscard]] bool is_private(const base::IpAddress& address);

// The client that SPF and reverse DNS can be asked about; nothing for a private address behind a
// relay, and where the client is not known.
[[nodiscard]] std::optional<base::IpAddress> checked_client(const Connection& connection);

// True when `client` is in one of `networks`.
[[nodiscard]] bool is_among(const base::IpAddress& client, std::span<const base::Network> networks);

}  // namespace verify
