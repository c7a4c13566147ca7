#include "verify/spf/sender.hpp"

#include <algorithm>

namespace spf {

namespace {

constexpr std::size_t name_octets_max = 253;
constexpr std::size_t label_octets_max = 63;
constexpr std::size_t macro_octets_max = 512;  // RFC 5321 §4.5.3.1 allows 64 and 255.

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// RFC 8616 §4: what macros use is A-labels. Pure ASCII stays as written.
std::optional<std::string> to_a_labels(std::string_view name) {
  if (is_ascii(name)) return std::string(name);
  const auto domain = base::Domain::parse(name);
  if (!domain) return std::nullopt;
  return domain->text();
}

// RFC 7208 §4.3: anything but a name of two labels or more is no domain; the result is none.
bool is_checkable(std::string_view domain) {
  return domain.contains('.') && !domain.contains(' ') && !domain.starts_with('[') &&
         is_queryable(domain);
}

}  // namespace

Sender find_sender(const Request& request) {
  Sender sender;
  sender.identity = request.identity;
  std::string_view mailbox = request.mail_from;
  // RFC 7208 §2.4: for the null reverse-path postmaster@HELO stands in.
  if (request.identity == Identity::helo || mailbox.empty()) {
    sender.identity = Identity::helo;
    mailbox = request.helo;
  }
  const std::size_t at =
      sender.identity == Identity::helo ? std::string_view::npos : mailbox.rfind('@');
  std::string_view domain = mailbox;
  std::string_view local_part;
  if (at != std::string_view::npos) {
    local_part = mailbox.substr(0, at);
    domain = mailbox.substr(at + 1);
  }
  if (domain.ends_with('.')) domain.remove_suffix(1);
  auto name = to_a_labels(domain);
  if (name && is_checkable(*name)) sender.domain = std::move(*name);

  if (local_part.empty()) local_part = "postmaster";  // RFC 7208 §4.3.
  // RFC 8616 §4: a term that needs a non-ASCII local-part never matches. The same is done with one
  // far longer than any mail server takes, so that macros cannot multiply it.
  if (is_ascii(local_part) && local_part.size() <= macro_octets_max) {
    sender.local_part = std::string(local_part);
  }
  if (request.helo.size() <= macro_octets_max) sender.helo = to_a_labels(request.helo);
  return sender;
}

bool is_queryable(std::string_view name) {
  if (name.empty() || name.size() > name_octets_max) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c < ' ' || c > '~') return false;  // Octets past ASCII are negative, or greater.
    if (c != '.') {
      if (++label > label_octets_max) return false;
    } else if (label == 0) {
      return false;
    } else {
      label = 0;
    }
  }
  return label != 0;
}

}  // namespace spf
