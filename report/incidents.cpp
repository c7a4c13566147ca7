#include "report/incidents.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace report {

namespace {

constexpr std::chrono::hours pause_max{24};
constexpr std::size_t from_domains_max = 100;

void count_source(Campaign& campaign, const event::Event& event, std::size_t sources_max) {
  const std::string address =
      event.connection.client ? event.connection.client->text() : std::string("unknown");
  const bool known = campaign.sources.contains(address);
  if (!known && campaign.sources.size() >= sources_max) {
    ++campaign.messages_of_other_sources;
    return;
  }
  CampaignSource& source = campaign.sources[address];
  ++source.messages;
  const auto& iprev = event.facts.iprev;
  if (iprev && iprev->status == iprev::Status::pass) source.host = iprev->name.value_or("");
}

}  // namespace

std::string weakness_of(const verify::Facts& facts) {
  const dmarc::Result& dmarc = facts.dmarc;
  if (dmarc.status == dmarc::Status::permerror) return "invalid DMARC record";
  if (!dmarc.policy_domain) return "no DMARC record";
  if (dmarc.published == dmarc::Policy::none) {
    return (dmarc.policy_tag.empty() ? "p" : dmarc.policy_tag) + "=none";
  }
  return dmarc.published != dmarc.policy ? "t=y" : "";
}

void Incidents::add(const event::Event& event) {
  if (!event.verified) return;
  const policy::ClaimVerdict claim =
      policy::judge_claim(protection_, event.facts, event.connection);
  if (claim.claim != policy::Claim::unfounded) return;
  const std::string& domain = claim.domain->domain.text();
  const auto found = open_.find(domain);
  if (found != open_.end() && event.time - found->second.last > pause_max) {
    over_.push_back(std::move(found->second));
    open_.erase(found);
  }
  Campaign& campaign = open_[domain];
  if (campaign.messages == 0) {
    campaign.domain = domain;
    campaign.first = campaign.last = event.time;
  }
  // Gateways, and threads of one, do not agree on the order of events to the second.
  campaign.first = std::min(campaign.first, event.time);
  campaign.last = std::max(campaign.last, event.time);
  ++campaign.messages;
  ++campaign.actions[std::string(policy::name(event.decision.action))];
  const base::Domain* author = event.facts.from_domain();
  if (author != nullptr && (campaign.from_domains.size() < from_domains_max ||
                            campaign.from_domains.contains(author->text()))) {
    ++campaign.from_domains[author->text()];
  }
  count_source(campaign, event, sources_max_);
  if (std::string weakness = weakness_of(event.facts); !weakness.empty()) {
    campaign.weaknesses.insert(std::move(weakness));
  }
}

std::vector<Campaign> Incidents::take() {
  std::vector<Campaign> all = std::exchange(over_, {});
  for (auto& [domain, campaign] : std::exchange(open_, {}))
    all.push_back(std::move(campaign));
  std::ranges::sort(all, [](const Campaign& a, const Campaign& b) {
    return std::tie(a.domain, a.first) < std::tie(b.domain, b.first);
  });
  return all;
}

}  // namespace report
