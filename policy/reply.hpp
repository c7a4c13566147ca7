#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "verify/verification.hpp"

// What the sending side is told: SMTP replies (RFC 9989 §7.2, RFC 7372). Pure.
namespace policy {

inline constexpr std::size_t reply_octets_max = 400;  // Within one line of RFC 5321 §4.5.3.1.5.

// One reply, for reject and defer. The default is no refusal.
struct Reply {
  int code = 250;             // 550, 451; 250: the MTA's own answer stands.
  std::string enhanced_code;  // RFC 3463, RFC 7372; empty with 250.
  std::string text;           // Printable ASCII, {from_domain} and {event_id} filled in.

  friend bool operator==(const Reply&, const Reply&) = default;
};

// What stands in for {from_domain}, {event_id}, … in a site's text.
struct ReplyFields {
  std::string_view from_domain;  // The author domain; may be empty.
  std::string_view event_id;     // Event::id, by which a sender can ask.
  std::string_view reason;       // Decision::why
  std::string_view client{};     // The client's address; may be empty.
  std::string_view failed{};     // "spf=fail dkim=none"
};

// `text` with its fields filled in, as printable ASCII of at most reply_octets_max octets: other
// octets become "?". What comes out of a field is not filled in again.
[[nodiscard]] std::string fill_in(std::string_view text, const ReplyFields& fields);

// 550 with the site's text, for mail that failed DMARC. The word DMARC and the From domain are in
// it whatever the site wrote (RFC 9989 §7.2).
[[nodiscard]] Reply dmarc_refusal(std::string_view enhanced_code, std::string_view text,
                                  const ReplyFields& fields);

// Which check a temporary error kept from its verdict.
enum class Doubt : std::uint8_t { dmarc, spf, dkim };
// 451, with a code that names the check (RFC 7372 §3.2 for SPF): the sender is to try again.
[[nodiscard]] Reply deferral(Doubt doubt, const ReplyFields& fields);

// 550 for a message without a single author domain, and why there is none.
[[nodiscard]] Reply from_refusal(mail::FromFault fault, const ReplyFields& fields);

// 550 for SPF -all without DMARC. `domain` is the one whose SPF record says so; it may be unknown,
// and is empty then.
[[nodiscard]] Reply spf_refusal(std::string_view domain, const ReplyFields& fields);

// 550 for more fields in our name than can be removed.
[[nodiscard]] Reply own_fields_refusal(const ReplyFields& fields);

// 550 for what the site itself refuses, whatever DMARC says.
[[nodiscard]] Reply local_refusal(const ReplyFields& fields);

// `reply` with `url` after its text, fields filled in; without when there is no room for all of it.
[[nodiscard]] Reply with_url(Reply reply, std::string_view url, const ReplyFields& fields);

}  // namespace policy
