#pragma once

#include "policy/reply.hpp"
#include "policy/stance.hpp"
#include "verify/verification.hpp"

// What a temporary error may hide, and how much it matters. The principle: a sender never gains by
// what he makes fail, and nobody loses by what others make fail (docs/decisions/0019).
namespace policy {

// What is done about mail in doubt.
struct Weighed {
  Action now = Action::defer;          // While waiting makes sense: tag, quarantine or defer.
  Action at_end = Action::quarantine;  // When the wait has been too long: tag or quarantine.
};

// What may hang on a doubt.
enum class Stakes : std::uint8_t {
  nothing,     // Delivered whatever comes out.
  delivery,    // Delivered or held back.
  quarantine,  // Quarantined or refused.
  own_name,    // A protected domain: held back unless proven.
};

// What is done about mail in doubt, by what the site wants and what hangs on the doubt. Never a
// refusal, and never delivery where a failed check would hold the message back, but where the site
// asked for it (TemporaryError::accept) and the domain is not its own. Pure, as is all below.
[[nodiscard]] Weighed weigh(TemporaryError wanted, Stakes stakes);

// True when the author's policy is to hold back what fails, or cannot be known because of a
// temporary error. REQUIRES: facts.dmarc.status is temperror.
[[nodiscard]] bool may_be_enforced(const dmarc::Result& dmarc);

// True when SPF or a signature vouches for the author domain itself: such mail passes DMARC by
// whatever record there is (RFC 9989 §4.4), so one that cannot be had hides nothing.
[[nodiscard]] bool vouched_for_by_itself(const verify::Facts& facts);

// True when all that is in doubt is who the client of a relay of ours was: no wait mends that, so
// the message is not deferred for it.
[[nodiscard]] bool waits_in_vain(const verify::Facts& facts, const verify::Connection& connection);

// Which check a temporary error kept from its verdict, when it is one alone; only identifiers that
// could have aligned count. Doubt::dmarc for both, for neither, and without a record.
[[nodiscard]] Doubt doubt_of(const verify::Facts& facts);

}  // namespace policy
