#pragma once

#include <string>
#include <vector>

#include "policy/protection.hpp"
#include "verify/verification.hpp"

// The "other knowledge" RFC 9989 §7.4 asks for: p=reject alone is no reason to reject.
namespace policy {

// What beside the published policy speaks for rejecting a message that failed DMARC, and what
// against. Temporary errors are never evidence of anything.
//
//   for                      is
//   protected-domain         the author domain is protected, and its claim unfounded
//   nothing-authenticated    no signature of any domain passed, and MAIL FROM did not pass SPF;
//                            all of it for good
//   spf-fail                 -all of a domain within the author's own organization
//   no-fcrdns                the client has no forward-confirmed reverse name
//
//   against: indirect mail   is (RFC 7960: such mail fails DMARC without being forged)
//   -list-mail               a List-* field
//   -arc-chain               an ARC chain, even a broken one
//   -other-signature         a signature that passed without being aligned
//   -forwarder               MAIL FROM rewritten by SRS, and SPF passes for it
//   -unchecked               a temporary error hides whether one of the last two holds
struct Corroboration {
  std::vector<std::string> evidence;  // As named above, those for rejecting first.
  bool sufficient = false;            // At least one for, none against.
};

// REQUIRES: facts.dmarc.status is fail, or `claim` unfounded.
[[nodiscard]] Corroboration corroborate(const verify::Facts& facts, Claim claim);

}  // namespace policy
