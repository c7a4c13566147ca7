#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "policy/decision.hpp"
#include "policy/rules.hpp"
#include "verify/dns/resolver.hpp"
#include "verify/verification.hpp"

// Judging a message again that is long gone, from its event alone: no network, no clock. Pure, and
// safe for concurrent use on different events.
namespace event {

// What `rules` say of the stored facts and circumstances. Nothing when it cannot be known: the
// message was not verified and these rules do not trust its client, or it had recipients in domains
// that the event does not name, and these rules have tenants.
[[nodiscard]] std::optional<policy::Decision> decide_again(const Event& event,
                                                           const policy::Rules& rules);

// One thing that came out otherwise than it is stored, both sides in the words of the event.
struct Difference {
  std::string what;  // "spf mail_from", "applied policy", "rule"
  std::string stored;
  std::string derived;
};

// What became of an event when it was judged again. No differences and nothing missing is the proof
// that the verdict follows from the stored answers.
struct Rederivation {
  verify::Facts facts;                  // As they came out now.
  std::vector<Difference> differences;  // In the checks: what their answers lead to.
  std::vector<Difference> decision;     // In what was done about it.
  std::vector<dns::Question> missing;   // Asked, and not among the stored answers.
};

// Runs SPF, the reverse look-up and DMARC again over the stored answers, and `rules` over what
// comes out. DKIM and ARC results stand as stored, as the message they are about is gone. `options`
// are those of today: a limit that was changed since shows as a difference.
[[nodiscard]] Rederivation rederive(const Event& event, const verify::Options& options,
                                    const policy::Rules& rules);

}  // namespace event
