#include "milter/situation.hpp"

namespace milter {

policy::Circumstances Situation::of(const verify::Facts& facts, std::chrono::hours defer_max,
                                    Time now) {
  policy::Circumstances circumstances;
  circumstances.dns_degraded = dns_degraded_;
  circumstances.signature_repeats = signatures_.count(facts, now);
  const base::Domain* author = facts.from_domain();
  if (author == nullptr) return circumstances;
  if (facts.dmarc.status == dmarc::Status::temperror) {
    circumstances.deferred_too_long = deferrals_.failed(*author, now) > defer_max;
  } else {
    deferrals_.succeeded(*author);
  }
  return circumstances;
}

}  // namespace milter
