#include "tests/policy/sites.hpp"

#include <utility>

#include "tests/support/facts.hpp"

namespace policy_table {

namespace {

Site also(Site site, const std::string& wants) {
  site.wants += "; " + wants;
  return site;
}

std::string quoted(policy::Action action) { return "`" + std::string(name(action)) + "`"; }

// A line of the configuration.
std::string setting(const std::string& key, std::string_view word) {
  return "`" + key + " = \"" + std::string(word) + "\"`";
}

std::string words(const policy::Stage& stage) {
  const bool only_watches = stage.enforce == policy::Action::accept;
  std::string text = setting("enforce", only_watches ? "monitor" : name(stage.enforce));
  if (stage.percent < 100) text += ", `percent = " + std::to_string(stage.percent) + "`";
  return text;
}

std::string words(const policy::Override& override_) {
  return "override " + policy::describe(override_.match) + ": " + quoted(override_.action);
}

policy::ProtectedDomain protected_domain(const std::string& domain) {
  return {.domain = support::name(domain),
          .subdomains = true,
          .allow_networks = {base::Network::parse("198.51.100.0/24").value()},
          .allow_dkim = {support::name("esp.example")},
          .allow_users = {"scanner"}};
}

}  // namespace

Site preset(policy::Preset preset) {
  Site site;
  site.wants = "`" + std::string(name(preset)) + "`";
  site.rules.site.preset = preset;
  return site;
}

Site on_from_fault(Site site, policy::Action action) {
  site.rules.site.on_from_fault = action;
  return also(std::move(site), setting("from_fault", name(action)));
}

Site on_temporary_error(Site site, policy::TemporaryError wanted) {
  site.rules.site.on_temporary_error = wanted;
  return also(std::move(site), setting("temporary_error", name(wanted)));
}

Site on_spf_fail(Site site, policy::Action action) {
  site.rules.site.on_spf_fail = action;
  return also(std::move(site), setting("spf_fail", name(action)));
}

Site with_reply(Site site, const std::string& code, const std::string& text) {
  site.rules.site.reject_code = code;
  site.rules.site.reply_text = text;
  return also(std::move(site), setting("reply_text", code + " " + text));
}

Site with_reply_url(Site site, const std::string& url) {
  site.rules.site.reply_url = url;
  return also(std::move(site), setting("reply_url", url));
}

Site protecting(Site site, const std::string& domain) {
  site.rules.protection = policy::Protection({protected_domain(domain)});
  return also(std::move(site), "protects " + domain);
}

Site protecting_only(Site site, const std::string& domain) {
  policy::ProtectedDomain entry = protected_domain(domain);
  entry.subdomains = false;
  site.rules.protection = policy::Protection({entry});
  return also(std::move(site), "protects " + domain + " without subdomains");
}

Site overriding(Site site, const policy::Match& match, policy::Action action) {
  std::vector<policy::Override> list = site.rules.overrides.list();
  list.push_back({match, action});
  site.rules.overrides = policy::Overrides(list);
  return also(std::move(site), words(list.back()));
}

policy::Match client(const std::string& network) {
  policy::Match match;
  match.client = base::Network::parse(network).value();
  return match;
}

policy::Match signer(const std::string& domain) {
  policy::Match match;
  match.dkim = support::name(domain);
  return match;
}

policy::Match sealer(const std::string& domain) {
  policy::Match match;
  match.arc_sealer = support::name(domain);
  return match;
}

policy::Match forwarder(const std::string& domain) {
  policy::Match match;
  match.forwarder = support::name(domain);
  return match;
}

policy::Match and_from(policy::Match match, const std::string& domain) {
  match.from = support::name(domain);
  return match;
}

Site trusting_sealers(Site site, const std::vector<std::string>& domains) {
  std::string names;
  for (const std::string& domain : domains) {
    site.rules.arc_sealers.push_back(support::name(domain));
    names.append(names.empty() ? "" : ", ").append(domain);
  }
  return also(std::move(site), "`arc_sealers` " + names);
}

Site with_tenant(Site site, const std::vector<std::string>& domains, policy::Preset preset,
                 const std::vector<policy::Override>& overrides) {
  policy::Tenant tenant;
  tenant.name = domains.front();
  tenant.recipients = domains;
  tenant.stance.preset = preset;
  tenant.overrides = policy::Overrides(overrides);
  std::vector<policy::Tenant> list = site.rules.tenants.list();
  list.push_back(tenant);
  site.rules.tenants = policy::Tenants(list);
  std::string text;
  for (const std::string& domain : domains)
    text.append(text.empty() ? "" : ", ").append("`" + domain + "`");
  text += " `" + std::string(name(preset)) + "`";
  for (const policy::Override& override_ : overrides)
    text += ", " + words(override_);
  return also(std::move(site), text);
}

Site strictest(Site site) {
  site.rules.mixed = policy::Mixed::strictest;
  return also(std::move(site), setting("mixed", "strictest"));
}

Site staged(Site site, policy::Stage stage) {
  site.rules.site.stage = stage;
  return also(std::move(site), words(stage));
}

Site staged_for(Site site, const std::string& author, policy::Stage stage) {
  std::vector<policy::SenderStage> list = site.rules.stages.list();
  list.push_back({support::name(author), true, stage});
  site.rules.stages = policy::DomainTable(std::move(list));
  return also(std::move(site), "stage of " + author + ": " + words(stage));
}

Site accepting_when_degraded(Site site) {
  site.rules.degraded = policy::Degraded::accept;
  return also(std::move(site), setting("dns_degraded", "accept"));
}

}  // namespace policy_table
