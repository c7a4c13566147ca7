#pragma once

#include <string>
#include <vector>

#include "policy/protection.hpp"
#include "verify/verification.hpp"

// The "other knowledge" RFC 9989 §7.4 asks for: p=reject alone is no reason to reject.
namespace policy {

// What beside the published policy speaks for rejecting a message that failed DMARC, and what
// against. Temporary errors are never evidence of anything: where they hide whether the evidence
// is sufficient, that is in doubt.
//
//   for                      is
//   protected-domain         the author domain is protected, and its claim unfounded
//   nothing-authenticated    no signature of any domain passed, and MAIL FROM did not pass SPF;
//                            all of it for good
//   spf-fail                 -all of a domain within the author's own organization
//   no-fcrdns                the client has no forward-confirmed reverse name
//
//   against: indirect mail   is (RFC 7960: such mail fails DMARC without being forged)
//   -list-mail               a List-* field; only beside an authenticated identity
//   -arc-chain               an ARC chain that passes; a broken one only beside such an identity
//   -other-signature         a signature that passed without being aligned
//   -forwarder               MAIL FROM rewritten by SRS, and SPF passes for it
//   -delivered-before        traces of an earlier delivery, from a client with a confirmed name;
//   for
//                            a protected domain it does not count
//   -unchecked               a temporary error hides whether the evidence is sufficient
//
// An authenticated identity is a signature that passed, or a MAIL FROM that passed SPF: words alone
// are anybody's. "nothing-authenticated" and "spf-fail" say what DMARC says already, which is why a
// forwarder that only passes mail on (-delivered-before) outweighs them.
struct Corroboration {
  std::vector<std::string> evidence;  // As named above, those for rejecting first.
  bool sufficient = false;            // At least one for, none against, whatever is in doubt.
  bool in_doubt = false;              // What the temporary errors hide decides whether it is.
};

// Weighs the evidence in `facts`; `claim` is that of judge_claim(). Pure. REQUIRES:
// facts.dmarc.status is fail, or `claim` unfounded.
[[nodiscard]] Corroboration corroborate(const verify::Facts& facts, Claim claim);

}  // namespace policy
