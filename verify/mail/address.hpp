#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/domain.hpp"
#include "base/result.hpp"
#include "base/words.hpp"
#include "verify/mail/headers.hpp"

namespace mail {

// A mailbox: "user@example.com".
struct Address {
  std::string local_part;  // Unquoted.
  base::Domain domain;

  friend bool operator==(const Address&, const Address&) = default;
};

// The argument of MAIL FROM or RCPT TO, with or without angle brackets (RFC 5321 §4.1.2); a source
// route is skipped. Nothing for the null reverse-path "<>" and for what is no mailbox.
[[nodiscard]] std::optional<Address> parse_path(std::string_view text);

// Why a message has no single author domain (RFC 9989 §5.3.1, §11.5).
enum class FromFault : std::uint8_t {
  missing,    // No From field.
  repeated,   // Several From fields.
  malformed,  // Not RFC 5322 §3.6.2, or a reading exists that shows another address.
  no_domain,  // Only groups, or no address at all.
  several_domains,
};
constexpr auto words_of(FromFault) {
  return std::to_array<std::string_view>(
      {"missing", "repeated", "malformed", "no_domain", "several_domains"});
}

// The word of a fault, for logs and events.
[[nodiscard]] constexpr std::string_view name(FromFault fault) noexcept {
  return base::word(fault);
}

// The addresses of a From field value (RFC 5322 §3.6.2, groups as in RFC 6854), comments and folds
// skipped. Strict: whatever is left over is FromFault::malformed.
[[nodiscard]] base::Result<std::vector<Address>, FromFault> parse_from(std::string_view value);

// The authors of a message.
struct Authors {
  std::vector<Address> addresses;  // May be filled beside a fault: several_domains.
  std::optional<FromFault> fault;
};
// The authors by the From field, or fields, of a header section. `fault` is absent only when there
// is one author domain: then `addresses` has at least one address, and all are of that domain.
// Pure.
[[nodiscard]] Authors find_authors(const Headers& headers);

}  // namespace mail
