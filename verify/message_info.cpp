#include "verify/message_info.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "verify/crypto/crypto.hpp"
#include "verify/display_name.hpp"
#include "verify/mail/address.hpp"

namespace verify {

namespace {

constexpr std::size_t reply_to_max = 10;

// RFC 2919 §3, RFC 2369 §3: what mailing list software adds.
constexpr std::string_view list_fields[] = {"List-Id", "List-Post", "List-Unsubscribe"};

std::string_view first_value(const mail::Headers& headers, std::string_view name) {
  const auto fields = headers.named(name);
  return fields.empty() ? std::string_view() : std::string_view(fields.front()->value);
}

// RFC 3834 §5: a keyword, then parameters after ";". A comment in front makes it automatic: only
// a clear "no" says that a person sent it.
bool is_automatic(std::string_view auto_submitted) {
  const std::string_view keyword = base::trim(auto_submitted.substr(0, auto_submitted.find(';')));
  return !keyword.empty() && !base::equal_ignoring_case(keyword, "no");
}

// A DMARC report of another receiver, which often does not say that it is automatic: RFC 9990
// §3.5.1 fixes the subject, and RFC 5965 §2 the type of a failure report.
bool is_report(const mail::Headers& headers) {
  constexpr std::size_t octets_looked_at = 1000;
  const auto start = [&](std::string_view name) {
    return base::to_lower(base::trim(first_value(headers, name)).substr(0, octets_looked_at));
  };
  const std::string subject = start("Subject");
  return (subject.starts_with("report domain:") && subject.contains("submitter:")) ||
         start("Content-Type").contains("feedback-report");
}

// The Sender Rewriting Scheme's local parts: SRS0 or SRS1, then one of "=", "+", "-".
bool is_rewritten(std::string_view mail_from) {
  if (mail_from.size() < 5) return false;
  const std::string_view start = mail_from.substr(0, 4);
  return (base::equal_ignoring_case(start, "SRS0") || base::equal_ignoring_case(start, "SRS1")) &&
         std::string_view("=+-").contains(mail_from[4]);
}

// The domains of a field that has the grammar of From; those of Sender and Reply-To are parts of
// it.
std::vector<base::Domain> domains_of(std::string_view value, std::size_t domains_max) {
  std::vector<base::Domain> domains;
  const auto addresses = mail::parse_from(value);
  if (!addresses) return domains;
  for (const mail::Address& address : *addresses) {
    if (domains.size() == domains_max) break;
    if (std::ranges::find(domains, address.domain) == domains.end()) {
      domains.push_back(address.domain);
    }
  }
  return domains;
}

// White space does not count: gateways may fold differently. One of a hundred tells nothing of the
// hash's state, so a plain hash that begins with the key does.
unsigned draw_lot(std::string_view key, std::string_view message_id, std::string_view from,
                  std::string_view mail_from) {
  std::string text = std::string(key) + '\n';
  for (const std::string_view part : {message_id, from, mail_from}) {
    std::ranges::remove_copy_if(part, std::back_inserter(text), base::is_space);
    text += '\n';  // So that no part runs into the next.
  }
  const crypto::Sha256 hash = crypto::sha256(crypto::bytes_of(text));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number = number << 8 | std::to_integer<std::uint64_t>(hash[i]);
  return static_cast<unsigned>(number % 100);
}

}  // namespace

MessageInfo describe(const mail::Headers& headers, std::string_view mail_from, bool complete,
                     std::string_view lot_key) {
  const std::string_view from = first_value(headers, "From");
  MessageInfo info;
  info.message_id = base::trim(first_value(headers, "Message-ID"));
  info.size = headers.octets();
  info.list_mail = std::ranges::any_of(
      list_fields, [&](std::string_view name) { return !headers.named(name).empty(); });
  info.header_truncated = !complete;
  info.auto_submitted = is_automatic(first_value(headers, "Auto-Submitted")) || is_report(headers);
  info.mail_from_rewritten = is_rewritten(mail_from);
  info.display_name = find_display_name(from);
  const auto senders = domains_of(first_value(headers, "Sender"), 1);
  if (!senders.empty()) info.sender_domain = senders.front();
  info.reply_to_domains = domains_of(first_value(headers, "Reply-To"), reply_to_max);
  info.lot = draw_lot(lot_key, info.message_id, from, mail_from);
  return info;
}

}  // namespace verify
