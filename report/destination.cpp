#include "report/destination.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace report {

namespace {

constexpr std::size_t uri_octets_max = 1000;  // Three times a path of RFC 5321 §4.5.3.1.3, escaped.
constexpr std::size_t local_part_octets_max = 64;  // RFC 5321 §4.5.3.1.1.
constexpr std::size_t refused_shown_max = 20;
constexpr std::size_t uri_octets_shown = 100;

bool is_control(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet < 0x20 || octet == 0x7F;
}

// RFC 5322 §3.2.3.
bool is_atext(char c) {
  return base::is_alpha(c) || base::is_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
}

// Departs from RFC 6068 §2: a quoted local part is refused, because no report address has one and
// what cannot be quoted cannot be misread by a relay.
bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.size() > local_part_octets_max) return false;
  bool after_dot = true;
  for (const char c : text) {
    if (c == '.' ? after_dot : !is_atext(c)) return false;
    after_dot = c == '.';
  }
  return !after_dot;
}

int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  const char lower = base::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// RFC 3986 §2.1.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

base::Result<Mailbox, UriFault> parse_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::unexpected(UriFault::no_address);
  const std::string_view local_part = address.substr(0, at);
  if (!is_dot_atom(local_part)) return std::unexpected(UriFault::unusable_local_part);
  std::optional<base::Domain> domain = base::Domain::parse(address.substr(at + 1));
  if (!domain || domain->label_count() < 2) return std::unexpected(UriFault::unusable_domain);
  return Mailbox{.local_part = std::string(local_part), .domain = std::move(*domain)};
}

}  // namespace

std::optional<Mailbox> Mailbox::parse(std::string_view address) {
  base::Result<Mailbox, UriFault> mailbox = parse_address(address);
  if (!mailbox) return std::nullopt;
  return std::move(*mailbox);
}

std::string Mailbox::folded() const {
  const std::size_t plus = local_part.find('+', 1);
  return base::to_lower(std::string_view(local_part).substr(0, plus)) + "@" + domain.text();
}

base::Result<Mailbox, UriFault> parse_report_uri(std::string_view uri) {
  constexpr std::string_view scheme = "mailto:";
  if (uri.size() > uri_octets_max) return std::unexpected(UriFault::too_long);
  if (std::ranges::any_of(uri, is_control)) return std::unexpected(UriFault::control_character);
  if (!base::equal_ignoring_case(uri.substr(0, scheme.size()), scheme)) {
    return std::unexpected(UriFault::not_mailto);
  }
  // RFC 7489 §6.2: "!" begins a size limit; one of the address itself is percent-encoded.
  const std::string_view written = uri.substr(scheme.size(), uri.find('!') - scheme.size());
  const std::optional<std::string> address = percent_decoded(written);
  if (!address) return std::unexpected(UriFault::malformed_escape);
  if (std::ranges::any_of(*address, is_control)) {
    return std::unexpected(UriFault::control_character);
  }
  // RFC 6068 §2: these have their meaning only when they are not percent-encoded.
  if (written.contains('?')) return std::unexpected(UriFault::header_fields);
  if (written.contains(',')) return std::unexpected(UriFault::several_addresses);
  return parse_address(*address);
}

Destinations choose_destinations(std::span<const std::string> uris, std::size_t destinations_max) {
  Destinations chosen;
  for (const std::string& uri : uris) {
    base::Result<Mailbox, UriFault> mailbox = parse_report_uri(uri);
    if (!mailbox) {
      ++chosen.refused_count;
      if (chosen.refused.size() < refused_shown_max) {
        chosen.refused.push_back({base::printable(uri, uri_octets_shown), mailbox.error()});
      }
    } else if (chosen.used.size() >= destinations_max) {
      ++chosen.left_out;
    } else if (std::ranges::find(chosen.used, mailbox->folded(), &Mailbox::folded) ==
               chosen.used.end()) {
      chosen.used.push_back(std::move(*mailbox));
    }
  }
  return chosen;
}

}  // namespace report
