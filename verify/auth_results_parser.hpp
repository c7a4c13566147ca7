#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/domain.hpp"

// Reading Authentication-Results (RFC 8601 §2.2): tolerantly, to find those that claim to be ours,
// and strictly, to learn what one says.
namespace verify {

// One "header.d=example.com". What stands outside quotes and comments is in lower case but for
// values, which are unquoted.
struct Property {
  std::string type;   // ptype; empty for the bare "action=none" large senders write.
  std::string name;   // "d"
  std::string value;  // "example.com"

  friend bool operator==(const Property&, const Property&) = default;
};

// One result, as RFC 8601 §2.2 calls its resinfo: "dkim=pass reason=… header.d=…".
struct ResInfo {
  std::string method;  // Lower case, as is the result.
  std::string result;
  std::string reason;                // Unquoted; empty: none given.
  std::vector<Property> properties;  // In order, repeats kept.

  friend bool operator==(const ResInfo&, const ResInfo&) = default;
};

// A field that was understood as a whole.
struct AuthResults {
  std::string authserv_id;       // Of who wrote it, as it says.
  std::vector<ResInfo> results;  // Empty for "none".

  friend bool operator==(const AuthResults&, const AuthResults&) = default;
};

// The value of one field, or what follows "i=1;" in ARC-Authentication-Results. Strict but for
// habits that cannot move a property to another result: an unquoted value may hold "/", ":", "="
// and "?" (base64, IPv6 addresses) or be an address in angle brackets (Zoho), a property may lack
// its ptype, and properties that belong to no method may stand before the first (Exim). Nothing for
// a version other than 1.
[[nodiscard]] std::optional<AuthResults> parse_auth_results(std::string_view value);

// header.from of the dmarc=pass in the value of an ARC-Authentication-Results field (RFC 8617
// §4.1.1, "i=1; authserv-id; …"). Nothing unless there is exactly one result of DMARC, and one such
// name, however often it is said.
[[nodiscard]] std::optional<base::Domain> find_dmarc_pass(std::string_view arc_results);

// The authserv-id a field claims, unquoted and unfolded: comments, quotes, a version, a forgotten
// semicolon and "/…" behind the name do not hide it. Nothing when the field claims none that can
// be made out.
[[nodiscard]] std::optional<std::string> authserv_id_of(std::string_view value);

// True for a field that must not stay in a message from outside (RFC 8601 §5): it claims one of
// `own_ids`, its version is not 1, or its beginning is so broken that another reader may see our
// name there. Ids are equal when they differ in case, white space, a final dot, or A- and U-labels;
// what shows nothing (a no-break space), and octets that are not ASCII, do not hide ours.
[[nodiscard]] bool must_be_removed(std::string_view value, std::span<const std::string> own_ids);
// The same with one id.
[[nodiscard]] bool must_be_removed(std::string_view value, const std::string& own_id);

// True for what may stand as a value without quotes (a token of RFC 2045 §5.1). ASCII only.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

}  // namespace verify
