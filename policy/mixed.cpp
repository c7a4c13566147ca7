#include "policy/mixed.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/domain.hpp"

namespace policy {

namespace {

// Nothing for "postmaster" (RFC 5321 §4.5.1), and for an address literal.
std::optional<base::Domain> domain_of(std::string_view recipient) {
  const std::size_t at = recipient.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view domain = recipient.substr(at + 1);
  if (domain.ends_with('.')) domain.remove_suffix(1);  // MTAs deliver to it all the same.
  return base::Domain::parse(domain);
}

std::vector<Stricter> stricter_than(Action chosen, const std::vector<Group>& groups,
                                    const std::vector<Decision>& decisions) {
  std::vector<Stricter> stricter;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (decisions[i].action <= chosen) continue;
    for (const std::string& domain : groups[i].domains) {
      stricter.push_back({domain, decisions[i].action, decisions[i].rule});
    }
  }
  std::ranges::sort(stricter, {}, &Stricter::recipients_domain);
  if (stricter.size() > stricter_max) stricter.resize(stricter_max);
  return stricter;
}

}  // namespace

std::vector<Group> group_by_tenant(const std::vector<std::string>& recipients,
                                   const Tenants& tenants) {
  std::map<const Tenant*, std::set<std::string>, std::less<>> domains_of;
  for (const std::string& recipient : recipients) {
    const std::optional<base::Domain> domain = domain_of(recipient);
    std::set<std::string>& domains = domains_of[domain ? tenants.find(*domain) : nullptr];
    if (domain) domains.insert(domain->text());
  }
  std::vector<Group> groups;
  for (auto& [tenant, domains] : domains_of) {  // Pointers into one list: in its order.
    groups.push_back({tenant, {domains.begin(), domains.end()}});
  }
  if (groups.empty()) groups.emplace_back();
  return groups;
}

Decision choose(Mixed mixed, const std::vector<Group>& groups, std::vector<Decision> decisions) {
  assert(!decisions.empty() && decisions.size() == groups.size());
  const auto chosen = mixed == Mixed::mildest
                          ? std::ranges::min_element(decisions, {}, &Decision::action)
                          : std::ranges::max_element(decisions, {}, &Decision::action);
  std::vector<Stricter> stricter;
  if (mixed == Mixed::mildest) stricter = stricter_than(chosen->action, groups, decisions);
  Decision decision = std::move(*chosen);
  decision.stricter = std::move(stricter);
  return decision;
}

}  // namespace policy
