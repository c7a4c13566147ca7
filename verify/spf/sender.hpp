#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verify/spf/spf.hpp"

namespace spf {

// Whom check_host() is about (RFC 7208 §4.1, §4.3): <sender>, <domain> and HELO, made fit for use.
struct Sender {
  Identity identity = Identity::mail_from;
  std::string domain;                     // A-labels; no trailing dot; empty: nothing to check.
  std::optional<std::string> local_part;  // Absent when no macro may use it (RFC 8616 §4).
  std::optional<std::string> helo;        // Absent likewise.
};

// Takes the request apart: for an empty MAIL FROM, and for HELO, the sender is postmaster@HELO (RFC
// 7208 §2.3, §2.4). Pure.
[[nodiscard]] Sender find_sender(const Request& request);

// True when a name server can be asked for `name`: labels of 1 to 63 octets, at most 253 in all,
// only characters that can be written in a zone file (printable ASCII; RFC 1035 §2.3.4, §5.1).
[[nodiscard]] bool is_queryable(std::string_view name);

}  // namespace spf
