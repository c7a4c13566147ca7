#include "policy/corroboration.hpp"

#include <algorithm>
#include <string_view>

#include "verify/base/text.hpp"

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

// The Sender Rewriting Scheme's local parts: SRS0 or SRS1, then one of "=", "+", "-".
bool is_rewritten(std::string_view mail_from) {
  if (mail_from.size() < 5) return false;
  const std::string_view start = mail_from.substr(0, 4);
  return (base::equal_ignoring_case(start, "SRS0") || base::equal_ignoring_case(start, "SRS1")) &&
         std::string_view("=+-").contains(mail_from[4]);
}

}  // namespace

Corroboration corroborate(const verify::Facts& facts, const verify::Envelope& envelope) {
  Corroboration found;
  const auto note = [&](bool holds, const char* name) {
    if (holds) found.evidence.emplace_back(name);
  };
  note(nothing_authenticated(facts), "nothing-authenticated");
  note(own_spf_fails(facts), "spf-fail");
  note(no_confirmed_reverse_name(facts), "no-fcrdns");
  const std::size_t speaking_for = found.evidence.size();

  note(facts.message.list_mail, "-list-mail");
  note(facts.arc.status != arc::Status::none, "-arc-chain");
  note(any_signature_vouches(facts), "-other-signature");
  const bool rewritten = is_rewritten(envelope.mail_from);
  note(rewritten && spf_is(facts, spf::Status::pass), "-forwarder");
  note(any_signature_is_in_doubt(facts) || (rewritten && spf_is(facts, spf::Status::temperror)),
       "-unchecked");
  found.sufficient = speaking_for > 0 && found.evidence.size() == speaking_for;
  return found;
}

}  // namespace policy
