#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/domain.hpp"
#include "base/result.hpp"
#include "base/words.hpp"

// Where a domain owner wants reports: the URIs of rua= and ruf=. They come from strangers' DNS, so
// nothing of them goes into a command, a header field or a log that was not read as a mailbox.
namespace report {

enum class ReportKind : std::uint8_t { aggregate, failure };  // rua=, ruf=
constexpr auto words_of(ReportKind) {
  return std::to_array<std::string_view>({"aggregate", "failure"});
}
[[nodiscard]] constexpr std::string_view name(ReportKind kind) noexcept { return base::word(kind); }

// A mailbox that can stand in an SMTP command and a header field as it is: the local part is a
// dot-atom of RFC 5322 §3.2.3, so no quoting, no white space, no line end is possible.
struct Mailbox {
  std::string local_part;
  base::Domain domain;

  // Of "user@example.org"; nothing when it is not of this kind.
  [[nodiscard]] static std::optional<Mailbox> parse(std::string_view address);
  // The inverse: the address, without angle brackets.
  [[nodiscard]] std::string text() const { return local_part + "@" + domain.text(); }
  // The same for all spellings that end in one mailbox nearly everywhere: letters of any case, and
  // without a sub-address (RFC 5233, "user+detail"). For counting what somebody gets.
  [[nodiscard]] std::string folded() const;

  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

// Why a URI is no place to send reports to.
enum class UriFault : std::uint8_t {
  too_long,
  not_mailto,         // https:, javascript:, …: RFC 9990 §3.5 describes mail only.
  control_character,  // CR, LF, NUL, …, in the clear or as %0d.
  malformed_escape,   // A "%" without two hexadecimal digits.
  header_fields,      // "?subject=…", RFC 6068 §2: nobody else writes our header.
  several_addresses,
  no_address,
  unusable_local_part,  // Not a dot-atom, or longer than RFC 5321 §4.5.3.1.1 allows.
  unusable_domain,      // Not a name in DNS: an address literal, a single label, an empty label.
};
constexpr auto words_of(UriFault) {
  return std::to_array<std::string_view>({"too_long", "not_mailto", "control_character",
                                          "malformed_escape", "header_fields", "several_addresses",
                                          "no_address", "unusable_local_part", "unusable_domain"});
}

[[nodiscard]] constexpr std::string_view name(UriFault fault) noexcept {
  return base::word(fault);
}  // "not_mailto"

// The mailbox of a mailto URI (RFC 6068 §2), with its escapes undone; a size limit of RFC 7489
// ("!10m") is read past. An internationalized domain becomes A-labels. Pure.
[[nodiscard]] base::Result<Mailbox, UriFault> parse_report_uri(std::string_view uri);

// A URI that is ignored, for the log and for who asks why no report was sent.
struct RefusedUri {
  std::string uri;  // Printable, cut to 100 octets.
  UriFault fault = UriFault::not_mailto;
};

// The URIs of a rua= or ruf= list, sorted into those we use and those we refuse.
struct Destinations {
  std::vector<Mailbox> used;        // In the order given, each once.
  std::vector<RefusedUri> refused;  // The first 20.
  std::size_t refused_count = 0;
  std::size_t left_out = 0;  // Good ones past the limit, repeated ones among them.
};

// RFC 9990 §3.5: the URIs in order, malformed ones ignored, up to our own limit, so that nobody has
// us send to a thousand mailboxes. Pure.
[[nodiscard]] Destinations choose_destinations(std::span<const std::string> uris,
                                               std::size_t destinations_max = 10);

}  // namespace report
