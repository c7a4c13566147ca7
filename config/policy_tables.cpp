#include "config/policy_tables.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "config/names.hpp"
#include "config/policy_schema.hpp"

namespace config {

namespace {

using policy::Action;

// Of a match, beside `from`, which proves nothing.
constexpr std::array<std::string_view, 4> proofs = {"client", "dkim", "arc_sealer", "forwarder"};

// Which domain stands in which line, so that none stands in two.
class Claimed {
 public:
  // The line that has it already; 0 when this is the first.
  [[nodiscard]] int claim(const std::string& domain, int line) {
    const auto [found, first] = lines_.try_emplace(domain, line);
    return first ? 0 : found->second;
  }

 private:
  std::unordered_map<std::string, int> lines_;
};

// The domain of a table that there is one of for each domain.
std::optional<base::Domain> read_own_domain(Section& section, Claimed& claimed,
                                            PublicSuffix suffix) {
  std::optional<base::Domain> domain = read_domain(section, "domain", suffix);
  if (!section.has("domain")) section.complain("domain", "is missing");
  if (!domain) return domain;
  if (const int line = claimed.claim(domain->text(), section.line()); line != 0) {
    section.complain("domain", "\"" + domain->text() + "\" has a table in line " +
                                   std::to_string(line) + " already");
  }
  return domain;
}

std::optional<policy::ProtectedDomain> read_protected(Section& section, Claimed& claimed,
                                                      Config& config) {
  std::optional<base::Domain> domain = read_own_domain(section, claimed, PublicSuffix::refused);
  const bool subdomains = section.boolean("subdomains", true);
  std::vector<base::Network> networks =
      read_networks(section, "allow_networks", {}, "the domain would not be protected");
  std::vector<base::Domain> signers = read_domains(section, "allow_dkim");
  std::vector<std::string> users = section.texts("allow_users", {});
  if (std::ranges::find(users, "") != users.end()) {
    section.complain("allow_users", "\"\" is nobody");
  }
  if (!users.empty() && config.policy.trust.authenticated) {
    config.warnings.push_back(section.name() +
                              ".allow_users: changes nothing while [trust] authenticated is true");
  }
  if (!domain) return std::nullopt;
  return policy::ProtectedDomain{.domain = *std::move(domain),
                                 .subdomains = subdomains,
                                 .allow_networks = std::move(networks),
                                 .allow_dkim = std::move(signers),
                                 .allow_users = std::move(users)};
}

// A wide network is legal, but rarely meant.
void warn_of_width(const Section& match, const base::Network& network,
                   std::vector<std::string>& warnings) {
  const bool v4 = network.address.family() == base::IpAddress::Family::v4;
  if (network.prefix_bits >= (v4 ? 8U : 16U)) return;
  warnings.push_back(match.name() + ".client: " + network.text() +
                     " is a large part of the Internet");
}

policy::Match read_match(Section& section, std::vector<std::string>& warnings) {
  policy::Match match;
  if (const auto text = section.find_text("client")) {
    match.client =
        to_network(section, "client", *text, "change [policy] rather than override it for all");
    if (match.client) warn_of_width(section, *match.client, warnings);
  }
  match.dkim = read_domain(section, "dkim", PublicSuffix::refused);
  match.arc_sealer = read_domain(section, "arc_sealer", PublicSuffix::refused);
  match.forwarder = read_domain(section, "forwarder", PublicSuffix::refused);
  match.from = read_domain(section, "from", PublicSuffix::allowed);
  return match;
}

// Nothing for an override that anybody could make use of.
std::optional<policy::Override> read_override(Section& section,
                                              std::vector<std::string>& warnings) {
  constexpr Choice<Action> actions[] = {{"accept", Action::accept},
                                        {"tag", Action::tag},
                                        {"quarantine", Action::quarantine},
                                        {"reject", Action::reject}};
  Section table = section.table("match");
  policy::Match match = read_match(table, warnings);
  table.finish();
  const Action action = section.choice("action", Action::accept, actions);
  if (!section.has("action")) section.complain("action", "is missing");
  if (std::ranges::none_of(proofs, [&](std::string_view key) { return table.has(key); })) {
    section.complain("match", table.has("from")
                                  ? "from alone is what anybody can write; add client, dkim, "
                                    "arc_sealer or forwarder"
                                  : "must have client, dkim, arc_sealer or forwarder");
  }
  if (!match.client && !match.dkim && !match.arc_sealer && !match.forwarder) return std::nullopt;
  return policy::Override{std::move(match), action};
}

policy::Overrides read_overrides(std::vector<Section> sections,
                                 std::vector<std::string>& warnings) {
  std::vector<policy::Override> overrides;
  for (Section& section : sections) {
    if (auto read = read_override(section, warnings)) overrides.push_back(*std::move(read));
    section.finish();
  }
  return policy::Overrides(std::move(overrides));
}

// "example.net" or "*.example.net" -> the same in A-labels and lower case.
std::optional<std::string> to_recipients(Section& section, const Text& text) {
  if (text.text == "*") {
    section.complain("recipients", text.line,
                     "\"*\" is everybody: that is what [policy] is for; write \"*.example.net\"");
    return std::nullopt;
  }
  const std::string_view prefix = text.text.starts_with("*.") ? "*." : "";
  const auto domain = to_domain(section, "recipients", {text.text.substr(prefix.size()), text.line},
                                PublicSuffix::allowed);
  if (!domain) return std::nullopt;
  return std::string(prefix) + domain->text();
}

std::vector<std::string> read_recipients(Section& section, Claimed& claimed) {
  std::vector<std::string> recipients;
  const auto texts = section.find_texts("recipients");
  if (!section.has("recipients")) section.complain("recipients", "is missing");
  if (texts && texts->empty()) section.complain("recipients", "must not be empty");
  for (const Text& text : texts.value_or(std::vector<Text>{})) {
    std::optional<std::string> domain = to_recipients(section, text);
    if (!domain) continue;
    if (const int line = claimed.claim(*domain, text.line); line != 0) {
      section.complain("recipients", text.line,
                       "\"" + *domain + "\" is in line " + std::to_string(line) + " already");
    } else {
      recipients.push_back(*std::move(domain));
    }
  }
  return recipients;
}

policy::Tenant read_tenant(Section& section, Claimed& claimed, Config& config) {
  constexpr std::size_t name_octets_max = 253;  // As long as a domain, which it is by default.
  policy::Tenant tenant;
  tenant.name = section.text("name", "");
  tenant.recipients = read_recipients(section, claimed);
  if (section.has("name") && (tenant.name.empty() || tenant.name.size() > name_octets_max ||
                              base::plain_length(tenant.name) < tenant.name.size())) {
    section.complain("name", "must be 1 to 253 octets of printable ASCII without quotes");
  }
  if (tenant.name.empty() && !tenant.recipients.empty()) tenant.name = tenant.recipients.front();
  tenant.stance = read_stance(section, config.policy.site, config.warnings);
  tenant.overrides = read_overrides(section.entries("override"), config.warnings);
  return tenant;
}

std::optional<policy::SenderStage> read_sender_stage(Section& section, Claimed& claimed,
                                                     std::vector<std::string>& warnings) {
  std::optional<base::Domain> domain = read_own_domain(section, claimed, PublicSuffix::allowed);
  const bool subdomains = section.boolean("subdomains", true);
  const policy::Stage stage = read_stage(section, {}, warnings);
  if (!domain) return std::nullopt;
  return policy::SenderStage{*std::move(domain), subdomains, stage};
}

}  // namespace

void read_policy_tables(const Table& file, Config& config, Complaints& complaints) {
  Claimed protected_names;
  std::vector<policy::ProtectedDomain> protected_domains;
  for (Section& section : Section::entries(file, "protected", complaints)) {
    if (auto read = read_protected(section, protected_names, config)) {
      protected_domains.push_back(*std::move(read));
    }
    section.finish();
  }
  config.policy.protection = policy::Protection(std::move(protected_domains));

  Claimed recipients;
  std::vector<policy::Tenant> tenants;
  for (Section& section : Section::entries(file, "tenant", complaints)) {
    tenants.push_back(read_tenant(section, recipients, config));
    section.finish();
  }
  config.policy.tenants = policy::Tenants(std::move(tenants));

  config.policy.overrides =
      read_overrides(Section::entries(file, "override", complaints), config.warnings);

  Claimed stage_names;
  std::vector<policy::SenderStage> stages;
  for (Section& section : Section::entries(file, "stage", complaints)) {
    if (auto read = read_sender_stage(section, stage_names, config.warnings)) {
      stages.push_back(*std::move(read));
    }
    section.finish();
  }
  config.policy.stages = policy::DomainTable(std::move(stages));
}

std::vector<std::string> policy_table_keys() {
  Complaints none("");
  Config config;
  Claimed claimed;
  std::array<Section, 5> sections = {
      Section({}, "protected", none), Section({}, "tenant", none), Section({}, "override", none),
      Section({}, "override.match", none), Section({}, "stage", none)};
  (void)read_protected(sections[0], claimed, config);
  (void)read_tenant(sections[1], claimed, config);
  (void)read_override(sections[2], config.warnings);
  (void)read_match(sections[3], config.warnings);
  (void)read_sender_stage(sections[4], claimed, config.warnings);
  std::vector<std::string> keys;
  for (const Section& section : sections)
    std::ranges::move(section.keys(), std::back_inserter(keys));
  return keys;
}

}  // namespace config
