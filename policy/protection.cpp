#include "policy/protection.hpp"

#include <algorithm>
#include <utility>

#include "policy/doubt.hpp"

namespace policy {

namespace {

// What vouches for a domain, in one of its names.
struct Vouched {
  bool proven = false;
  bool in_doubt = false;  // A temporary error hides whether it is proven.
};

Vouched signed_within(const verify::Facts& facts, const base::Domain& domain) {
  Vouched vouched;
  for (const dkim::Result& result : facts.dkim) {
    if (!result.domain || !result.domain->is_within(domain)) continue;
    vouched.proven |= result.vouches();
    vouched.in_doubt |= result.in_doubt();
  }
  return vouched;
}

Vouched sent_within(const verify::Facts& facts, const base::Domain& domain) {
  const spf::Result* spf = facts.mail_from_spf();
  if (spf == nullptr || !spf->domain || !spf->domain->is_within(domain)) return {};
  return {spf->status == spf::Status::pass, spf->status == spf::Status::temperror};
}

// Where a DMARC record says how the author can be proven, only DMARC counts.
Vouched author_of(const verify::Facts& facts, const base::Domain& domain) {
  switch (facts.dmarc.status) {
    case dmarc::Status::pass:
      return {true, false};
    case dmarc::Status::temperror:
      return {vouched_for_by_itself(facts), true};
    case dmarc::Status::fail:
      return {};
    case dmarc::Status::none:
    case dmarc::Status::permerror:
      break;
  }
  const Vouched by_dkim = signed_within(facts, domain);
  const Vouched by_spf = sent_within(facts, domain);
  return {by_dkim.proven || by_spf.proven, by_dkim.in_doubt || by_spf.in_doubt};
}

struct Exception {
  std::string name;       // Empty when none holds.
  bool in_doubt = false;  // … because of a temporary error.
};

Exception exception_of(const ProtectedDomain& domain, const verify::Facts& facts,
                       const verify::Connection& connection) {
  for (const base::Network& network : domain.allow_networks) {
    if (connection.client && network.contains(*connection.client)) {
      return {"network " + network.text()};
    }
  }
  if (!connection.user.empty() && std::ranges::count(domain.allow_users, connection.user) > 0) {
    return {"user " + connection.user};
  }
  Exception exception;
  for (const base::Domain& signer : domain.allow_dkim) {
    const Vouched vouched = signed_within(facts, signer);
    if (vouched.proven) return {"dkim " + signer.text()};
    exception.in_doubt |= vouched.in_doubt;
  }
  return exception;
}

}  // namespace

Protection::Protection(std::vector<ProtectedDomain> list) : table_(std::move(list)) {
  auto appearances = std::make_shared<std::vector<Appearance>>();
  for (const ProtectedDomain& entry : table_.list())
    appearances->emplace_back(entry.domain);
  appearances_ = std::move(appearances);
}

ClaimVerdict judge_claim(const Protection& protection, const verify::Facts& facts,
                         const verify::Connection& connection) {
  const base::Domain* author = facts.from_domain();
  const ProtectedDomain* domain = author == nullptr ? nullptr : protection.find(*author);
  if (domain == nullptr) return {};
  const Vouched vouched = author_of(facts, domain->domain);
  if (vouched.proven) return {Claim::proven, domain, {}};
  Exception exception = exception_of(*domain, facts, connection);
  if (!exception.name.empty()) return {Claim::excepted, domain, std::move(exception.name)};
  const bool in_doubt = vouched.in_doubt || exception.in_doubt;
  return {in_doubt ? Claim::unknown : Claim::unfounded, domain, {}};
}

}  // namespace policy
