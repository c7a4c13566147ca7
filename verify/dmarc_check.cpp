#include "verify/dmarc_check.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace verify {

namespace {

std::vector<dns::Answer> ask_walk(const base::Domain& domain, const Ask& ask) {
  std::vector<dns::Question> questions;
  for (const base::Domain& name : dmarc::walk_names(domain))
    questions.push_back(dmarc::record_question(name));
  return ask(questions);
}

void add_identifiers(const Facts& facts, dmarc::Evidence& evidence, const Ask& ask) {
  const base::Domain organization = dmarc::organization(evidence.walk);
  const auto add = [&](dmarc::Method method, const base::Domain& domain, bool temporary) {
    dmarc::Identifier identifier{method, domain, {}, temporary};
    // Only a name within the author's organization can share it.
    const bool near = domain.is_within(organization) || !evidence.walk.unreachable.empty();
    if (domain != evidence.author && near) {
      const std::vector<dns::Answer> answers = ask_walk(domain, ask);
      // One that our own limits leave in the dark proves nothing, and hides nothing either.
      const bool left_out = std::ranges::any_of(answers, [](const dns::Answer& answer) {
        return answer.outcome == dns::Outcome::not_asked;
      });
      if (left_out) return;
      identifier.walk = dmarc::walk(domain, answers);
    }
    evidence.identifiers.push_back(std::move(identifier));
  };
  for (const dkim::Result& result : facts.dkim) {
    const bool temporary = result.in_doubt();
    if (!result.domain || (!result.vouches() && !temporary)) continue;
    add(dmarc::Method::dkim, *result.domain, temporary);
  }
  const spf::Result* spf = facts.mail_from_spf();
  if (spf == nullptr || !spf->domain) return;
  const bool temporary = spf->status == spf::Status::temperror;
  if (spf->status != spf::Status::pass && !temporary) return;
  add(dmarc::Method::spf, *spf->domain, temporary);
}

}  // namespace

dmarc::Result judge_dmarc(const Facts& facts, bool pct_zero_is_testing, const Ask& ask) {
  assert(facts.from_domain() != nullptr);
  const base::Domain& author = *facts.from_domain();
  dmarc::Evidence evidence{author, dmarc::walk(author, ask_walk(author, ask)), dns::Outcome::found, {}, pct_zero_is_testing};
  if (!evidence.walk.records.empty()) {
    if (dmarc::needs_existence(evidence.walk)) {
      const dns::Question existence[] = {dmarc::existence_question(author)};
      evidence.existence = ask(existence).front().outcome;
    }
    add_identifiers(facts, evidence, ask);
  }
  return dmarc::judge(evidence);
}

}  // namespace verify
