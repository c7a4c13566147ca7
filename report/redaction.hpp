#pragma once

#include <string>
#include <string_view>

#include "verify/mail/headers.hpp"

// What of a message may leave the house in a failure report (RFC 9991 §7, RFC 6590).
namespace report {

// `text` with the local part of everything that looks like an address replaced by 16 hexadecimal
// digits: the same for the same local part and key, and without the key no way back. Linear.
[[nodiscard]] std::string redacted(std::string_view text, std::string_view key);

// The fields of a header section that tell how a message was authenticated and who claims to have
// written it, redacted: From, Sender, Reply-To, Date, Message-ID, List-Id, DKIM-Signature. One a
// line, printable ASCII, at most 50 of 900 octets. No subject, no recipients, no Received.
[[nodiscard]] std::string redacted_headers(const mail::Headers& headers, std::string_view key);

}  // namespace report
