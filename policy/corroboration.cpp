#include "policy/corroboration.hpp"

#include <algorithm>

namespace policy {

namespace {

bool any_signature_vouches(const verify::Facts& facts) {
  return std::ranges::any_of(facts.dkim, &dkim::Result::vouches);
}

bool any_signature_is_in_doubt(const verify::Facts& facts) {
  return std::ranges::any_of(facts.dkim, [](const dkim::Result& result) {
    return result.status == dkim::Status::temperror;
  });
}

bool spf_is(const verify::Facts& facts, spf::Status status) {
  const spf::Result* spf = facts.mail_from_spf();
  return spf != nullptr && spf->status == status;
}

bool nothing_authenticated(const verify::Facts& facts) {
  return !spf_is(facts, spf::Status::pass) && !spf_is(facts, spf::Status::temperror) &&
         !any_signature_vouches(facts) && !any_signature_is_in_doubt(facts);
}

bool own_spf_fails(const verify::Facts& facts) {
  const spf::Result* spf = facts.mail_from_spf();
  return spf_is(facts, spf::Status::fail) && spf->domain && facts.dmarc.organization &&
         spf->domain->is_within(*facts.dmarc.organization);
}

bool no_confirmed_reverse_name(const verify::Facts& facts) {
  return facts.iprev && (facts.iprev->status == iprev::Status::fail ||
                         facts.iprev->status == iprev::Status::permerror);
}

}  // namespace

Corroboration corroborate(const verify::Facts& facts, Claim claim) {
  Corroboration found;
  const auto note = [&](bool holds, const char* name) {
    if (holds) found.evidence.emplace_back(name);
  };
  note(claim == Claim::unfounded, "protected-domain");
  note(nothing_authenticated(facts), "nothing-authenticated");
  note(own_spf_fails(facts), "spf-fail");
  note(no_confirmed_reverse_name(facts), "no-fcrdns");
  const std::size_t speaking_for = found.evidence.size();

  note(facts.message.list_mail, "-list-mail");
  note(facts.arc.status != arc::Status::none, "-arc-chain");
  note(any_signature_vouches(facts), "-other-signature");
  const bool rewritten = facts.message.mail_from_rewritten;
  note(rewritten && spf_is(facts, spf::Status::pass), "-forwarder");
  note(any_signature_is_in_doubt(facts) || (rewritten && spf_is(facts, spf::Status::temperror)),
       "-unchecked");
  found.sufficient = speaking_for > 0 && found.evidence.size() == speaking_for;
  return found;
}

}  // namespace policy
