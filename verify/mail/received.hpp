#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"

namespace mail {

// What one Received field says about where its writer had the message from. Copies: nothing points
// into the field.
struct Received {
  std::optional<base::IpAddress> client;  // Whom it was taken from, when there is no doubt.
  std::string client_name;                // Reverse name, when it is told apart from the HELO name.
  std::string helo;                       // As its writer noted it; a stranger's text.
  std::string by;  // What its writer calls itself; empty when it does not, or is in no clear place.
  // The message came from a program on the writer's own host, or from inside of it: by the way the
  // writer works, the field that names the client is further down. Then `client` is absent.
  bool internal = false;
};

// The value of a Received field (RFC 5321 §4.4) in the forms that mail servers are known to write,
// one grammar a form. The address is taken from a place that only the server fills: what the client
// chose (HELO, an ident answer, its reverse name, a recipient) neither gives it nor makes the field
// internal. Any other form, and any doubt, has neither.
[[nodiscard]] Received parse_received(std::string_view value);

}  // namespace mail
