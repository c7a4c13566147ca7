#pragma once

#include <span>

#include "verify/base/ip_address.hpp"
#include "verify/mail/headers.hpp"
#include "verify/verification.hpp"

namespace verify {

// Whose mail a relay of ours brings: the connection with client, its name and HELO as the topmost
// Received field says, and Connection::relay set. While that is one of `relays` too, or a program
// on the relay itself (a loopback address), the next field down is read, ten at most. The
// field that names the client tells when it came, too. Without a readable one the client is absent:
// nobody knows it. Nothing of the relay's own session is left.
[[nodiscard]] Connection find_origin(const Connection& relayed, const mail::Headers& headers,
                                     std::span<const base::Network> relays);

// True when `client` is in one of `networks`.
[[nodiscard]] bool is_among(const base::IpAddress& client, std::span<const base::Network> networks);

}  // namespace verify
