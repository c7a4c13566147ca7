#include "verify/message_info.hpp"

#include <algorithm>

#include "verify/base/text.hpp"
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

// FNV-1a, which mixes its last octets badly, and so the finalizer of MurmurHash3 behind it. White
// space does not count: gateways may fold differently.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      if (!base::is_space(c)) add(c);
    }
    add('\n');  // So that no text runs into the next.
  }

  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCDU;
    mixed = (mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53U;
    return mixed ^ (mixed >> 33);
  }

 private:
  void add(char c) { state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U; }

  std::uint64_t state_ = 0xCBF29CE484222325U;
};

unsigned draw_lot(std::string_view message_id, std::string_view from, std::string_view mail_from) {
  Hash hash;
  for (const std::string_view text : {message_id, from, mail_from})
    hash.add(text);
  return static_cast<unsigned>(hash.value() % 100);
}

}  // namespace

MessageInfo describe(const mail::Headers& headers, std::string_view mail_from, bool complete) {
  const std::string_view from = first_value(headers, "From");
  MessageInfo info;
  info.message_id = base::trim(first_value(headers, "Message-ID"));
  info.size = headers.octets();
  info.list_mail = std::ranges::any_of(
      list_fields, [&](std::string_view name) { return !headers.named(name).empty(); });
  info.header_truncated = !complete;
  info.auto_submitted = is_automatic(first_value(headers, "Auto-Submitted"));
  info.mail_from_rewritten = is_rewritten(mail_from);
  info.display_name = find_display_name(from);
  const auto senders = domains_of(first_value(headers, "Sender"), 1);
  if (!senders.empty()) info.sender_domain = senders.front();
  info.reply_to_domains = domains_of(first_value(headers, "Reply-To"), reply_to_max);
  info.lot = draw_lot(info.message_id, from, mail_from);
  return info;
}

}  // namespace verify
