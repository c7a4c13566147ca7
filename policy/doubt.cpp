#include "policy/doubt.hpp"

#include <algorithm>
#include <cassert>

namespace policy {

namespace {

// RFC 9989 §4.7, t=y: one step milder.
dmarc::Policy in_force(dmarc::Policy policy, bool testing) {
  if (!testing) return policy;
  return policy == dmarc::Policy::reject ? dmarc::Policy::quarantine : dmarc::Policy::none;
}

bool any_signature_is_in_doubt(const verify::Facts& facts) {
  return std::ranges::any_of(facts.dkim, &dkim::Result::in_doubt);
}

}  // namespace

Weighed weigh(TemporaryError wanted, Stakes stakes) {
  switch (stakes) {
    case Stakes::own_name:
      return {Action::defer, Action::quarantine};
    case Stakes::nothing:
      return {wanted == TemporaryError::defer ? Action::defer : Action::tag, Action::tag};
    case Stakes::quarantine:
      if (wanted == TemporaryError::accept) return {Action::quarantine, Action::quarantine};
      break;
    case Stakes::delivery:
      if (wanted == TemporaryError::accept) return {Action::tag, Action::tag};
      break;
  }
  return {Action::defer, Action::quarantine};
}

bool may_be_enforced(const dmarc::Result& dmarc) {
  assert(dmarc.status == dmarc::Status::temperror);
  if (!dmarc.record) return true;
  if (dmarc.policy != dmarc::Policy::none) return true;
  // Whether the author exists, and so whether np= is his policy, may be what is not known.
  const bool inherited = dmarc.author && dmarc.policy_domain != dmarc.author;
  const auto& np = dmarc.record->nonexistent_policy;
  return inherited && np && in_force(*np, dmarc.record->testing) != dmarc::Policy::none;
}

bool vouched_for_by_itself(const verify::Facts& facts) {
  const base::Domain* author = facts.from_domain();
  if (author == nullptr) return false;
  const spf::Result* spf = facts.mail_from_spf();
  if (spf != nullptr && spf->status == spf::Status::pass && spf->domain == *author) return true;
  return std::ranges::any_of(facts.dkim, [&](const dkim::Result& result) {
    return result.vouches() && result.domain == *author;
  });
}

bool waits_in_vain(const verify::Facts& facts, const verify::Connection& connection) {
  const bool origin_unknown =
      connection.relay && (!connection.client || !connection.relay_problem.empty());
  const bool record_unknown =
      facts.dmarc.status == dmarc::Status::temperror && !facts.dmarc.record;
  return origin_unknown && !record_unknown && !any_signature_is_in_doubt(facts);
}

Doubt doubt_of(const verify::Facts& facts) {
  if (!facts.dmarc.record || !facts.dmarc.organization) return Doubt::dmarc;
  const auto could_align = [&](const std::optional<base::Domain>& domain) {
    return domain && domain->is_within(*facts.dmarc.organization);
  };
  const spf::Result* spf = facts.mail_from_spf();
  const bool by_spf =
      spf != nullptr && spf->status == spf::Status::temperror && could_align(spf->domain);
  const bool by_dkim = std::ranges::any_of(facts.dkim, [&](const dkim::Result& result) {
    return result.in_doubt() && could_align(result.domain);
  });
  if (by_spf == by_dkim) return Doubt::dmarc;
  return by_spf ? Doubt::spf : Doubt::dkim;
}

}  // namespace policy
