#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "verify/mail/headers.hpp"

// What of a message may leave the house in a failure report (RFC 9991 §7, RFC 6590).
namespace report {

// `text` with the local part of everything that looks like an address replaced by 16 hexadecimal
// digits: the same for the same local part and key, and without the key no way back. At most
// `octets_max` of the result.
[[nodiscard]] std::string redacted(std::string_view text, std::string_view key,
                                   std::size_t octets_max = 10'000);

// The fields of a header section that tell how a message was authenticated and who claims to have
// written it, redacted: From, Sender, Reply-To, Date, Message-ID, List-Id, DKIM-Signature. One a
// line, printable ASCII, at most 50 of 900 octets. No subject, no recipients, no Received.
[[nodiscard]] std::string redacted_headers(const mail::Headers& headers, std::string_view key);

}  // namespace report
