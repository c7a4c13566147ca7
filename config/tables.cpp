#include "config/tables.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/domain.hpp"
#include "config/keys.hpp"
#include "config/kinds.hpp"
#include "config/names.hpp"
#include "config/policy_kinds.hpp"
#include "config/stance_keys.hpp"

namespace config {

namespace {

using policy::Action;

constexpr auto protected_keys = [](auto& key, auto& entry) {
  key("domain", entry.domain, OwnDomain{});
  key("subdomains", entry.subdomains, Truth{});
  key("allow_networks", entry.allow_networks, Each{Network{"the domain would not be protected"}});
  key("allow_dkim", entry.allow_dkim, Each{DomainName{}});
  key("allow_users", entry.allow_users, Texts{check_users});
};

constexpr auto match_keys = [](auto& key, auto& match) {
  key("client", match.client, Maybe{Network{"change [policy] rather than override it for all"}});
  key.check(check_width, match);
  key("dkim", match.dkim, Maybe{DomainName{}});
  key("arc_sealer", match.arc_sealer, Maybe{DomainName{}});
  key("forwarder", match.forwarder, Maybe{DomainName{}});
  key("from", match.from, Maybe{DomainName{PublicSuffix::allowed}});
};

struct MatchTable {
  void read(Section& section, std::string_view key, policy::Match& match) const {
    Section table = section.table(key);
    read_keys(table, match, match_keys);
  }
  [[nodiscard]] std::string write(const policy::Match& match) const {
    return inline_table(settings_of(match, match_keys));
  }
};

constexpr auto override_keys = [](auto& key, auto& entry) {
  key("match", entry.match, MatchTable{});
  key("action", entry.action,
      OneOf{Action::accept, Action::tag, Action::quarantine, Action::reject});
  key.check(check_override);
};

// Without those that anybody could make use of: they were complained about.
policy::Overrides read_overrides(std::vector<Section> sections) {
  std::vector<policy::Override> list =
      read_all(std::move(sections), policy::Override{}, override_keys);
  std::erase_if(list, [](const policy::Override& entry) {
    const policy::Match& match = entry.match;
    return !match.client && !match.dkim && !match.arc_sealer && !match.forwarder;
  });
  return policy::Overrides(std::move(list));
}

struct OverrideTables {
  void read(Section& section, std::string_view key, policy::Overrides& overrides) const {
    overrides = read_overrides(section.entries(key));
  }
  [[nodiscard]] std::string write(const policy::Overrides& overrides) const {
    std::string tables;
    for (const policy::Override& entry : overrides.list()) {
      tables.append(tables.empty() ? "" : ", ");
      tables.append(inline_table(settings_of(entry, override_keys)));
    }
    return tables.empty() ? "" : "[" + tables + "]";
  }
};

constexpr auto tenant_keys = [](auto& key, auto& tenant) {
  key("name", tenant.name, Text{});
  key("recipients", tenant.recipients, Recipients{});
  key.check(settle_name, tenant);
  stance_keys(key, tenant.stance);
  key("override", tenant.overrides, OverrideTables{});
};

constexpr auto sender_stage_keys = [](auto& key, auto& entry) {
  key("domain", entry.domain, OwnDomain{PublicSuffix::allowed});
  key("subdomains", entry.subdomains, Truth{});
  stage_keys(key, entry.stage);
};

// In place of a domain that is not read yet.
base::Domain no_domain() { return *base::Domain::parse("invalid"); }

policy::ProtectedDomain fresh_protected() { return {.domain = no_domain()}; }
policy::SenderStage fresh_stage() {
  return {.domain = no_domain(), .subdomains = true, .stage = {}};
}

}  // namespace

void read_tables(const Table& file, Config& config, Complaints& complaints) {
  policy::Rules& rules = config.policy;
  const auto entries = [&](std::string_view name) {
    return Section::entries(file, name, complaints);
  };
  auto protected_domains =
      read_all(entries("protected"), fresh_protected(), [&](auto& key, auto& entry) {
        protected_keys(key, entry);
        key.check(warn_of_users, entry.allow_users, rules.trust.authenticated);
      });
  const policy::Tenant like_site{
      .name = {}, .recipients = {}, .stance = rules.site, .overrides = {}};
  auto tenants = read_all(entries("tenant"), like_site, tenant_keys);
  auto overrides = read_overrides(entries("override"));
  auto stages = read_all(entries("stage"), fresh_stage(), sender_stage_keys);
  if (!complaints.empty()) return;  // Domains may be missing, or stand there twice.
  rules.protection = policy::Protection(std::move(protected_domains));
  rules.tenants = policy::Tenants(std::move(tenants));
  rules.overrides = std::move(overrides);
  rules.stages = policy::DomainTable(std::move(stages));
}

std::vector<Block> table_blocks(const Config& config) {
  std::vector<Block> all;
  const auto add = [&](const char* name, const auto& list, const auto& keys,
                       const Settings& known = {}) {
    for (const auto& entry : list)
      all.push_back({name, true, settings_of(entry, keys, known)});
  };
  const policy::Rules& rules = config.policy;
  add("protected", rules.protection.list(), protected_keys);
  add("tenant", rules.tenants.list(), tenant_keys, settings_of(rules.site, stance_keys));
  add("override", rules.overrides.list(), override_keys);
  add("stage", rules.stages.list(), sender_stage_keys);
  return all;
}

std::vector<std::string> table_keys() {
  std::vector<std::string> all;
  for (std::vector<std::string> names : {names_of("protected", fresh_protected(), protected_keys),
                                         names_of("tenant", policy::Tenant{}, tenant_keys),
                                         names_of("override", policy::Override{}, override_keys),
                                         names_of("override.match", policy::Match{}, match_keys),
                                         names_of("stage", fresh_stage(), sender_stage_keys)})
    std::ranges::move(names, std::back_inserter(all));
  return all;
}

}  // namespace config
