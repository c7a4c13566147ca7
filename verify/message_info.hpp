#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/domain.hpp"
#include "verify/mail/headers.hpp"

namespace verify {

// What of the message itself, beside its signatures, policy may want to know.
struct MessageInfo {
  std::string message_id;
  std::uint64_t size = 0;         // Octets of header section and body as the MTA handed them over.
  bool list_mail = false;         // List-Id or another List-* field (RFC 2919, RFC 2369).
  bool delivered_before = false;  // See shows_earlier_delivery(); not from describe().
  bool header_truncated = false;  // The header section passed the limit; nothing was checked.
  bool auto_submitted = false;    // Auto-Submitted but "no" (RFC 3834 §5); DMARC reports.
  bool mail_from_rewritten = false;  // MAIL FROM by the Sender Rewriting Scheme.
  std::string display_name{};        // Of the first From address: decoded (RFC 2047), bounded.
  std::optional<base::Domain> sender_domain{};   // Of the Sender field.
  std::vector<base::Domain> reply_to_domains{};  // Of the Reply-To field, at most 10.
  // Lower-case names of fields that may occur once and stand there more often with different words,
  // see dkim::find_repeated(). Filled in by verify::Verification, which looks at signatures.
  std::vector<std::string> repeated_fields{};
  unsigned lot = 0;  // 0 to 99, evenly drawn by Message-ID, From and MAIL FROM: equal at every
                     // retry and on every gateway of one key. For staged enforcement.

  friend bool operator==(const MessageInfo&, const MessageInfo&) = default;
};

// All of MessageInfo that the header section tells; `mail_from` without brackets. `complete` is
// false when fields were left out because the section passed its limit. `lot_key` is a secret,
// without which no sender can choose the lot of his message. Pure.
[[nodiscard]] MessageInfo describe(const mail::Headers& headers, std::string_view mail_from,
                                   bool complete, std::string_view lot_key);

}  // namespace verify
