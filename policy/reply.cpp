#include "policy/reply.hpp"

#include <algorithm>
#include <utility>

namespace policy {

namespace {

// The field that begins at the front of `text`, and what stands in for it.
std::pair<std::size_t, std::string_view> field_at(std::string_view text,
                                                  const ReplyFields& fields) {
  const std::pair<std::string_view, std::string_view> known[] = {
      {"{from_domain}", fields.from_domain},
      {"{event_id}", fields.event_id},
      {"{reason}", fields.reason},
      {"{client}", fields.client},
      {"{failed}", fields.failed}};
  for (const auto& [name, value] : known) {
    if (text.starts_with(name)) return {name.size(), value};
  }
  return {0, {}};
}

std::string ascii(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (text.size() > reply_octets_max) text.resize(reply_octets_max);
  return text;
}

std::string_view complaint(mail::FromFault fault) {
  switch (fault) {
    case mail::FromFault::missing:
      return "Message has no From header field (RFC 5322 section 3.6)";
    case mail::FromFault::repeated:
      return "Message has several From header fields (RFC 5322 section 3.6)";
    case mail::FromFault::malformed:
      return "Message has a malformed From header field (RFC 5322 section 3.6.2)";
    case mail::FromFault::no_domain:
      return "Message has no address in its From header field (RFC 5322 section 3.6.2)";
    case mail::FromFault::several_domains:
      return "Message has several domains in its From header field (RFC 9989 section 11.5)";
  }
  return "Message has an unusable From header field";
}

std::string with_event(std::string_view text, const ReplyFields& fields) {
  return fill_in(std::string(text) + " (see {event_id})", fields);
}

}  // namespace

std::string fill_in(std::string_view text, const ReplyFields& fields) {
  std::string filled;
  while (!text.empty() && filled.size() < reply_octets_max) {
    const auto [length, value] = field_at(text, fields);
    if (length == 0) {
      filled += text.front();
      text.remove_prefix(1);
    } else {
      filled += value;
      text.remove_prefix(length);
    }
  }
  return ascii(std::move(filled));
}

Reply dmarc_refusal(std::string_view enhanced_code, std::string_view text,
                    const ReplyFields& fields) {
  std::string filled = fill_in(text, fields);
  // RFC 9989 §7.2: who reads this must learn that DMARC refused, and whose policy it was.
  if (!filled.contains("DMARC") || !filled.contains(fields.from_domain)) {
    filled = ascii(fill_in("DMARC policy of {from_domain}: ", fields) + filled);
  }
  return {550, std::string(enhanced_code), std::move(filled)};
}

Reply deferral(Doubt doubt, const ReplyFields& fields) {
  switch (doubt) {
    case Doubt::spf:  // RFC 7372 §3.2
      return {
          451, "4.7.24",
          with_event("DMARC of {from_domain} cannot be checked now: temporary SPF error", fields)};
    case Doubt::dkim:  // RFC 6376 §6.3
      return {
          451, "4.7.5",
          with_event("DMARC of {from_domain} cannot be checked now: temporary DKIM error", fields)};
    case Doubt::dmarc:
      break;
  }
  return {451, "4.7.1",
          with_event("DMARC of {from_domain} cannot be checked now: temporary error", fields)};
}

Reply from_refusal(mail::FromFault fault, const ReplyFields& fields) {
  return {550, "5.7.1", with_event(complaint(fault), fields)};
}

Reply spf_refusal(std::string_view domain, const ReplyFields& fields) {
  // RFC 7372 §3.2
  const std::string of = domain.empty() ? "" : " of " + std::string(domain);
  return {550, "5.7.23", with_event("SPF check" + of + " failed", fields)};
}

Reply own_fields_refusal(const ReplyFields& fields) {
  return {550, "5.7.1",
          with_event("Message has too many header fields that only this server may write", fields)};
}

Reply local_refusal(const ReplyFields& fields) {
  return {550, "5.7.1", with_event("Rejected by local policy", fields)};
}

Reply with_url(Reply reply, std::string_view url, const ReplyFields& fields) {
  const std::string filled = fill_in(url, fields);
  const bool fits = reply.text.size() + 1 + filled.size() <= reply_octets_max;
  if (!filled.empty() && fits) reply.text.append(" ").append(filled);
  return reply;
}

}  // namespace policy
