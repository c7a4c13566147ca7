#include "policy/corroboration.hpp"

#include <algorithm>
#include <cassert>

namespace policy {

namespace {

// How temporary errors are read: each as the pass, or as the failure, that it may hide.
enum class Read : std::uint8_t { as_pass, as_failure };

bool any_signature_vouches(const verify::Facts& facts, Read doubt) {
  return std::ranges::any_of(facts.dkim, [&](const dkim::Result& result) {
    return result.vouches() || (doubt == Read::as_pass && result.in_doubt());
  });
}

bool spf_passes(const verify::Facts& facts, Read doubt) {
  const spf::Result* spf = facts.mail_from_spf();
  if (spf == nullptr) return false;
  return spf->status == spf::Status::pass ||
         (doubt == Read::as_pass && spf->status == spf::Status::temperror);
}

bool own_spf_fails(const verify::Facts& facts) {
  const spf::Result* spf = facts.mail_from_spf();
  return spf != nullptr && spf->status == spf::Status::fail && spf->domain &&
         facts.dmarc.organization && spf->domain->is_within(*facts.dmarc.organization);
}

bool client_is_confirmed(const verify::Facts& facts, Read doubt) {
  if (!facts.iprev) return false;
  return facts.iprev->status == iprev::Status::pass ||
         (doubt == Read::as_pass && facts.iprev->status == iprev::Status::temperror);
}

bool chain_passes(const verify::Facts& facts, Read doubt) {
  return facts.arc.status == arc::Status::pass ||
         (doubt == Read::as_pass && facts.arc.in_doubt());
}

using Evidence = std::vector<std::string>;

Evidence speaking_for(const verify::Facts& facts, Claim claim, Read doubt) {
  Evidence evidence;
  if (claim == Claim::unfounded) evidence.emplace_back("protected-domain");
  if (!spf_passes(facts, doubt) && !any_signature_vouches(facts, doubt)) {
    evidence.emplace_back("nothing-authenticated");
  }
  if (own_spf_fails(facts)) evidence.emplace_back("spf-fail");
  if (facts.iprev && !client_is_confirmed(facts, doubt)) evidence.emplace_back("no-fcrdns");
  return evidence;
}

Evidence speaking_against(const verify::Facts& facts, Claim claim, Read doubt) {
  Evidence evidence;
  const bool signature = any_signature_vouches(facts, doubt);
  const bool authenticated = signature || spf_passes(facts, doubt);
  const bool chained = facts.arc.status != arc::Status::none;
  if (facts.message.list_mail && authenticated) evidence.emplace_back("-list-mail");
  if (chain_passes(facts, doubt) || (chained && authenticated)) {
    evidence.emplace_back("-arc-chain");
  }
  if (signature) evidence.emplace_back("-other-signature");
  if (facts.message.mail_from_rewritten && spf_passes(facts, doubt)) {
    evidence.emplace_back("-forwarder");
  }
  const bool own = claim == Claim::unfounded;
  if (!own && facts.message.delivered_before && client_is_confirmed(facts, doubt)) {
    evidence.emplace_back("-delivered-before");
  }
  return evidence;
}

bool is_sufficient(const Evidence& for_it, const Evidence& against) {
  return !for_it.empty() && against.empty();
}

}  // namespace

// What is certain is what holds however the temporary errors turn out.
Corroboration corroborate(const verify::Facts& facts, Claim claim) {
  assert(facts.dmarc.status == dmarc::Status::fail || claim == Claim::unfounded);
  Corroboration found;
  found.evidence = speaking_for(facts, claim, Read::as_pass);
  Evidence against = speaking_against(facts, claim, Read::as_failure);
  found.sufficient =
      is_sufficient(found.evidence, speaking_against(facts, claim, Read::as_pass));
  found.in_doubt = !found.sufficient &&
                   is_sufficient(speaking_for(facts, claim, Read::as_failure), against);
  found.evidence.insert(found.evidence.end(), against.begin(), against.end());
  if (found.in_doubt) found.evidence.emplace_back("-unchecked");
  return found;
}

}  // namespace policy
