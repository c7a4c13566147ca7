#pragma once

#include <functional>
#include <span>
#include <vector>

#include "verify/verification.hpp"

namespace verify {

// Asks all questions at once and waits: the answers in their order.
using Ask = std::function<std::vector<dns::Answer>(std::span<const dns::Question>)>;

// DMARC (RFC 9989) with what SPF and DKIM found out. `ask` is called for each tree walk that is
// needed, and once when np= needs to know whether the author domain exists. `facts` has its
// authors, SPF and DKIM results; its `dmarc` is not read. REQUIRES: facts.from_domain() is not
// null.
[[nodiscard]] dmarc::Result judge_dmarc(const Facts& facts, bool pct_zero_is_testing,
                                        const Ask& ask);

}  // namespace verify
