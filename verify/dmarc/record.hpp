#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/words.hpp"

// The policy record a domain publishes at _dmarc.<domain>, RFC 9989 §4.5 to §4.8.
namespace dmarc {

// What a domain owner asks receivers to do with mail that fails (RFC 9989 §4.7).
enum class Policy : std::uint8_t { none, quarantine, reject };
constexpr auto words_of(Policy) {
  return std::to_array<std::string_view>({"none", "quarantine", "reject"});
}
// Whether one organization is near enough, or only the same name (§4.4).
enum class Alignment : std::uint8_t { relaxed, strict };
// Why a TXT record is no policy record.
enum class RecordError : std::uint8_t {
  not_dmarc,  // Does not begin with v=DMARC1.
  too_long,   // More than record_octets_max.
};

inline constexpr std::size_t record_octets_max = 8192;  // Real records have a few hundred.
inline constexpr std::size_t uris_max = 100;            // Kept of each of rua= and ruf=.

// A parsed policy record.
struct Record {
  std::string text;                               // As published.
  std::optional<Policy> policy;                   // p=
  std::optional<Policy> subdomain_policy;         // sp=
  std::optional<Policy> nonexistent_policy;       // np=
  bool policy_invalid = false;                    // p=, sp= or np= is there and says nothing known.
  Alignment dkim_alignment = Alignment::relaxed;  // adkim=
  Alignment spf_alignment = Alignment::relaxed;   // aspf=
  std::optional<bool> public_suffix;              // psd=: y, n; nothing for u
  bool testing = false;                           // t=
  bool pct_zero = false;                          // pct=0 of RFC 7489, which t=y replaced.
  std::vector<std::string> aggregate_to;          // rua=, the valid URIs, without "!10m"
  std::vector<std::string> failure_to;            // ruf=, likewise
  std::string failure_options = "0";              // fo=, in the order 0 or 1, d, s

  friend bool operator==(const Record&, const Record&) = default;
};

// Lenient after v=DMARC1, as RFC 9989 §4.8 asks: a malformed tag is as good as absent.
[[nodiscard]] base::Result<Record, RecordError> parse_record(std::string_view text);

[[nodiscard]] constexpr std::string_view name(Policy policy) noexcept {
  return base::word(policy);
}  // "quarantine"

}  // namespace dmarc
