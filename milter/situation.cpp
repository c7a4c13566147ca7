#include "milter/situation.hpp"

#include <algorithm>

#include "milter/vouchers.hpp"

namespace milter {

namespace {

// Mail like this may be deferred: DMARC's verdict, or what the site excepts from it, waits for an
// answer.
bool in_doubt(const verify::Facts& facts) {
  if (facts.dmarc.status == dmarc::Status::temperror) return true;
  if (facts.arc.in_doubt()) return true;
  if (facts.iprev && facts.iprev->status == iprev::Status::temperror) return true;
  const spf::Result* spf = facts.mail_from_spf();
  return (spf != nullptr && spf->status == spf::Status::temperror) ||
         std::ranges::any_of(facts.dkim, &dkim::Result::in_doubt);
}

std::string entry(std::string_view owner, std::string_view what) {
  return std::string(owner).append(" ").append(what);
}

// What is waited for in mail of this author where no voucher can be named.
std::string nameless(const base::Domain& author) { return entry(author.text(), "record"); }

}  // namespace

void Situation::learn(const verify::Facts& facts, VouchMemory::Day today) {
  for (const Vouching& one : vouchers_of(facts)) {
    memory_.learn(one, today);
    for (const std::string& voucher : one.vouchers) {
      deferrals_.succeeded(entry(one.owner, voucher));
      known_deferrals_.succeeded(entry(one.owner, voucher));
    }
  }
}

// The first of several: none of them is had, so they began to fail together or the first did.
std::chrono::steady_clock::duration Situation::waiting(const verify::Facts& facts,
                                                       policy::Circumstances& circumstances,
                                                       Time now) {
  std::string known;
  std::string unknown;
  for (const Vouching& one : doubtful_vouchers_of(facts)) {
    for (const std::string& voucher : one.vouchers) {
      const bool vouched = memory_.knows(one.owner, voucher);
      std::string& first = vouched ? known : unknown;
      if (first.empty()) first = entry(one.owner, voucher);
      if (vouched) circumstances.vouched_before.push_back(voucher);
    }
  }
  if (!known.empty()) return known_deferrals_.failed(known, now);
  return deferrals_.failed(unknown.empty() ? nameless(*facts.from_domain()) : unknown, now);
}

policy::Circumstances Situation::of(const verify::Facts& facts, std::chrono::hours defer_max,
                                    Moment moment) {
  policy::Circumstances circumstances;
  circumstances.dns_degraded = dns_degraded_;
  circumstances.signature_repeats = signatures_.count(facts, moment.now);
  const base::Domain* author = facts.from_domain();
  if (author == nullptr) return circumstances;
  learn(facts, moment.today);
  if (circumstances.dns_degraded || in_doubt(facts)) {
    circumstances.deferred_too_long = waiting(facts, circumstances, moment.now) > defer_max;
  } else if (facts.dmarc.status != dmarc::Status::fail) {
    deferrals_.succeeded(nameless(*author));  // A failure may be a stranger's, and proves nothing.
  }
  return circumstances;
}

}  // namespace milter
