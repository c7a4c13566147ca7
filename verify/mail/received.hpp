#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verify/base/ip_address.hpp"

namespace mail {

// Whom an MTA says it took a message from.
struct ReceivedFrom {
  base::IpAddress client;
  std::string client_name;  // Reverse name, when the field tells it apart from the HELO name.
  std::string helo;
};

// The from clause of a Received field value (RFC 5321 §4.4), as Postfix, Sendmail, Exim and Exchange
// write it. Nothing when it has no address of a client, or when there is any doubt which one is:
// what stands in the HELO name is the client's own text and must never be taken for its address.
[[nodiscard]] std::optional<ReceivedFrom> parse_received(std::string_view value);

}  // namespace mail
