#include "milter/situation.hpp"

#include <algorithm>

namespace milter {

namespace {

// Mail like this may be deferred: DMARC's verdict, or what the site excepts from it, waits for an
// answer.
bool in_doubt(const verify::Facts& facts) {
  if (facts.dmarc.status == dmarc::Status::temperror) return true;
  if (facts.dmarc.status == dmarc::Status::pass) return false;
  if (facts.arc.in_doubt()) return true;
  if (facts.iprev && facts.iprev->status == iprev::Status::temperror) return true;
  const spf::Result* spf = facts.mail_from_spf();
  return (spf != nullptr && spf->status == spf::Status::temperror) ||
         std::ranges::count(facts.dkim, dkim::Status::temperror, &dkim::Result::status) > 0;
}

}  // namespace

policy::Circumstances Situation::of(const verify::Facts& facts, std::chrono::hours defer_max,
                                    Time now) {
  policy::Circumstances circumstances;
  circumstances.dns_degraded = dns_degraded_;
  circumstances.signature_repeats = signatures_.count(facts, now);
  const base::Domain* author = facts.from_domain();
  if (author == nullptr) return circumstances;
  if (circumstances.dns_degraded || in_doubt(facts)) {
    circumstances.deferred_too_long = deferrals_.failed(*author, now) > defer_max;
  } else {
    deferrals_.succeeded(*author);
  }
  return circumstances;
}

}  // namespace milter
