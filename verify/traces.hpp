#pragma once

#include "verify/mail/headers.hpp"

namespace verify {

// True when the header section tells that the message was delivered, or handed from one
// organization to another, before it came to us: Delivered-To (RFC 9228) and what forwarders add
// beside it, or a Received field (RFC 5321 §4.4) whose "by" and "from" have nothing in common and
// which no user's login made; these do not count behind a relay of ours, which writes one itself.
// Anybody can write all of that, so it proves nothing. Pure.
[[nodiscard]] bool shows_earlier_delivery(const mail::Headers& headers, bool through_relay);

}  // namespace verify
