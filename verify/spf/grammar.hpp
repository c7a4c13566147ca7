#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"

// The text of an SPF record, RFC 7208 §12, and nothing more liberal than that.
namespace spf {

// What a term that matches says of the client (RFC 7208 §4.6.2).
enum class Qualifier : std::uint8_t { pass, fail, softfail, neutral };  // "+", "-", "~", "?".

// The mechanisms of RFC 7208 §5, and the redirect modifier (§6.1).
enum class Kind : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists, redirect };

// A directive, or the redirect modifier. Views point into the parsed text.
struct Term {
  std::string_view text;  // As published: "-include:_spf.example.net".
  Kind kind = Kind::all;
  Qualifier qualifier = Qualifier::pass;
  std::string_view domain_spec;            // Empty: the current domain.
  std::optional<base::IpAddress> address;  // Of ip4 and ip6.
  unsigned prefix4 = 32;                   // Of a, mx and ip4.
  unsigned prefix6 = 128;                  // Of a, mx and ip6.
};

// True for the terms that RFC 7208 §4.6.4 counts: those that ask the DNS, of which ten are allowed.
[[nodiscard]] bool costs_dns(Kind kind);

// True for `all`, and for ip4 and ip6 when `client` is in their network.
[[nodiscard]] bool matches_without_dns(const Term& term, const base::IpAddress& client);

// A whole record. Views point into the text it was parsed from.
struct Record {
  std::vector<Term> terms;       // The directives, in order.
  std::optional<Term> redirect;  // Absent also when `all` makes it void (RFC 7208 §5.1).
  std::string_view explanation;  // The domain-spec of exp=; empty: none.
};

// True when `text` is "v=spf1" followed by a space or by nothing (RFC 7208 §4.5).
[[nodiscard]] bool is_spf_record(std::string_view text);

// The whole record, or which term is wrong: printable, short, for people. Views point into `text`,
// which must outlive the Record. Pure. REQUIRES: is_spf_record(text).
[[nodiscard]] base::Result<Record, std::string> parse_record(std::string_view text);

}  // namespace spf
