#pragma once

#include <string>
#include <string_view>

#include "verify/mail/headers.hpp"

// What of a message may leave the house in a failure report (RFC 9991 §7, RFC 6590). Free text is
// never shown, as there is no end to the ways of writing an address into it: what is shown is built
// anew from what was understood.
namespace event {

// An address with 16 hexadecimal digits in place of all before its last "@": the same for the same
// local part and `key`, and without the key, a secret of the site, no way back. Text without a
// domain behind an "@" becomes digits as a whole. Empty for empty text, and unchanged where there
// is no local part. Pure.
[[nodiscard]] std::string redacted(std::string_view address, std::string_view key);

// The fields of a header section that tell how a message was authenticated and who claims to have
// written it: From, Sender, Reply-To (addresses only), Date, Message-ID, List-Id (the id only) and
// DKIM-Signature (the tags of RFC 6376 §3.5 but z=), each redacted. A field that cannot be read
// with certainty is shown as "(not shown)". One field a line, printable ASCII, at most 50 fields of
// 900 octets. No subject, no recipients, no Received. Pure.
[[nodiscard]] std::string redacted_headers(const mail::Headers& headers, std::string_view key);

}  // namespace event
