#include "verify/spf/sender.hpp"

#include <algorithm>

namespace spf {

namespace {

constexpr std::size_t query_octets_max = 253;
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

// RFC 5321 §4.1.2: none of these stands in a domain. Mail servers that try to make sense of them
// all the same come to another domain than the text after the last "@": Postfix takes
// "<a@one.example(.two.example>" as a@one.example.
bool has_specials(std::string_view text) {
  return text.find_first_of("()<>[]:;@\\,\"") != std::string_view::npos;
}

// RFC 7208 §4.3: anything but a name of two labels or more is no domain; the result is none.
bool is_checkable(std::string_view domain) {
  return domain.contains('.') && !domain.contains(' ') && !has_specials(domain) &&
         is_queryable(domain);
}

// A quoted-string from its first octet to its last.
bool is_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"') return false;
  std::size_t i = 1;
  while (i < text.size() && text[i] != '"') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return i == text.size() - 1;
}

// RFC 5321 §4.1.2: "@a.example,@b.example:user@example.com"; the route is to be ignored.
std::string_view without_route(std::string_view mailbox) {
  const std::size_t colon = mailbox.starts_with('@') ? mailbox.find(':') : std::string_view::npos;
  return colon == std::string_view::npos ? mailbox : mailbox.substr(colon + 1);
}

}  // namespace

Sender find_sender(const Request& request) {
  Sender sender;
  sender.identity = request.identity;
  std::string_view mailbox = without_route(request.mail_from);
  // RFC 7208 §2.4: for the null reverse-path postmaster@HELO stands in.
  if (request.identity == Identity::helo || request.mail_from.empty()) {
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
  const bool is_mailbox = is_quoted(local_part) || !local_part.contains('@');
  if (name && is_mailbox && is_checkable(*name)) sender.domain = std::move(*name);

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
  if (name.empty() || name.size() > query_octets_max) return false;
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
