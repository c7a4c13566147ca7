#pragma once

#include <string>
#include <vector>

#include "policy/decision.hpp"
#include "policy/rules.hpp"

// Signals: odd things worth telling, for events and an optional header field. No verdict rests on
// them. Pure.
namespace policy {

// Each "name" or "name:detail", detail printable and without spaces, in this order:
//
//   lookalike:example.org               the author domain could be taken for this protected one
//                                       (confusable letters, one or two edits, IDN, another TLD,
//                                       the name as a label of another domain)
//   protected_mail_from:example.org     MAIL FROM is of a protected domain, SPF does not pass
//   protected_sender:example.org        so is Sender, while the author domain is another
//   display_name_address:example.org    the display name shows an address of another domain
//   display_name_protected:example.org  the display name shows the name of a protected domain
//   reply_to_elsewhere:example.net      answers go to another organization than the author's
//   spf_only_broad:_spf.example.com     DMARC passes by SPF alone, through an include that
//                                       authorises very many addresses
//   repeated_field:subject              a field that may occur once, several times with different
//                                       words; the first of them
//   repeated_signature:1000             how often a signature of this message was seen before
[[nodiscard]] std::vector<std::string> find_signals(const Message& message, const Rules& rules);

}  // namespace policy
