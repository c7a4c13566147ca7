#include "milter/vouchers.hpp"

#include <algorithm>

namespace milter {

namespace {

std::string key_name(std::string_view selector, const base::Domain& domain) {
  return std::string(selector) + "._domainkey." + domain.text();
}

// By signatures and SPF of the author's organization, in one of these states.
std::vector<Vouching> found(const verify::Facts& facts, bool vouching) {
  std::vector<Vouching> all;
  const base::Domain* author = facts.from_domain();
  if (author == nullptr) return all;
  const base::Domain& owner = facts.dmarc.organization ? *facts.dmarc.organization : *author;
  Vouching own{owner.text(), {}};
  for (const dkim::Result& result : facts.dkim) {
    const bool wanted = vouching ? result.vouches() : result.in_doubt();
    if (!wanted || !result.domain || !result.domain->is_within(owner)) continue;
    own.vouchers.push_back("dkim " + key_name(result.selector, *result.domain));
  }
  const spf::Result* spf = facts.mail_from_spf();
  const spf::Status status = vouching ? spf::Status::pass : spf::Status::temperror;
  if (spf != nullptr && spf->status == status && spf->domain && spf->domain->is_within(owner)) {
    own.vouchers.push_back("spf " + spf->domain->text());
  }
  std::ranges::sort(own.vouchers);
  if (!own.vouchers.empty()) all.push_back(std::move(own));
  const bool sealed = vouching ? facts.arc.status == arc::Status::pass : facts.arc.in_doubt();
  if (sealed && !facts.arc.sealers.empty()) {
    const arc::Sealer& newest = facts.arc.sealers.front();
    all.push_back({newest.domain.text(), {"seal " + key_name(newest.selector, newest.domain)}});
  }
  return all;
}

}  // namespace

std::vector<Vouching> vouchers_of(const verify::Facts& facts) {
  std::vector<Vouching> all = found(facts, true);
  if (facts.dmarc.status != dmarc::Status::pass) {
    std::erase_if(all, [](const Vouching& one) { return !one.vouchers.front().starts_with("seal "); });
  }
  return all;
}

std::vector<Vouching> doubtful_vouchers_of(const verify::Facts& facts) {
  return found(facts, false);
}

}  // namespace milter
