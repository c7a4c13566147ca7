#include "policy/overrides.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "policy/index.hpp"

namespace policy {

namespace {

// Positions of the overrides that share a condition, by their `from`; "" when they have none.
using Filed = ByName<std::vector<std::size_t>>;

std::optional<base::Domain> confirmed_name(const verify::Facts& facts) {
  if (!facts.iprev || facts.iprev->status != iprev::Status::pass || !facts.iprev->name) return {};
  return base::Domain::parse(*facts.iprev->name);
}

bool signed_by(const verify::Facts& facts, const base::Domain& domain) {
  return std::ranges::any_of(facts.dkim, [&](const dkim::Result& result) {
    return result.vouches() && result.domain && result.domain->is_within(domain);
  });
}

bool forwarded_by(const verify::Facts& facts, const base::Domain& domain) {
  const auto name = confirmed_name(facts);
  return name && name->is_within(domain) && looks_forwarded(facts);
}

bool sealed(const verify::Facts& facts, std::span<const base::Domain> sealers) {
  const base::Domain* author = facts.from_domain();
  if (author == nullptr || facts.arc.status != arc::Status::pass) return false;
  for (const arc::Sealer& sealer : facts.arc.sealers) {  // Newest first.
    const bool trusted = std::ranges::any_of(
        sealers, [&](const base::Domain& name) { return sealer.domain.is_within(name); });
    if (!trusted) return false;
    if (sealer.dmarc_pass == *author) return true;
  }
  return false;
}

}  // namespace

// Each override is filed under one of its conditions, and there under its `from`.
struct Overrides::Index {
  std::vector<Override> list;
  ByNetwork<Filed> clients;
  ByName<Filed> signers;
  ByName<Filed> sealers;
  ByName<Filed> forwarders;

  Filed& file_of(const Match& match) {
    if (match.client) return clients.at(*match.client);
    if (match.dkim) return signers[match.dkim->text()];
    if (match.arc_sealer) return sealers[match.arc_sealer->text()];
    return forwarders[match.forwarder->text()];
  }
};

Overrides::Overrides(std::vector<Override> list) {
  auto index = std::make_shared<Index>();
  index->list = std::move(list);
  for (std::size_t i = 0; i < index->list.size(); ++i) {
    const Match& match = index->list[i].match;
    index->file_of(match)[match.from ? match.from->text() : std::string()].push_back(i);
  }
  index_ = std::move(index);
}

const std::vector<Override>& Overrides::list() const noexcept {
  static const std::vector<Override> none;
  return index_ ? index_->list : none;
}

const Override* Overrides::find(const verify::Facts& facts,
                                const verify::Connection& connection) const {
  if (list().empty()) return nullptr;
  std::size_t first = index_->list.size();
  const auto look_at = [&](const std::vector<std::size_t>& positions, bool) {
    for (const std::size_t i : positions) {
      if (i >= first) break;
      if (matches(index_->list[i].match, facts, connection)) first = i;
    }
    return false;
  };
  const auto look_into = [&](const Filed& filed, bool = true) {
    walk_up(filed, "", look_at);
    if (const base::Domain* author = facts.from_domain()) walk_up(filed, author->text(), look_at);
    return false;
  };
  if (connection.client) index_->clients.visit(*connection.client, look_into);
  for (const dkim::Result& result : facts.dkim) {
    if (result.domain) walk_up(index_->signers, result.domain->text(), look_into);
  }
  // Every newer sealer must be the one that is named, so the newest tells which may match.
  if (!facts.arc.sealers.empty()) {
    walk_up(index_->sealers, facts.arc.sealers.front().domain.text(), look_into);
  }
  if (const auto name = confirmed_name(facts)) {
    walk_up(index_->forwarders, name->text(), look_into);
  }
  return first < index_->list.size() ? &index_->list[first] : nullptr;
}

bool matches(const Match& match, const verify::Facts& facts, const verify::Connection& connection) {
  const base::Domain* author = facts.from_domain();
  if (match.client && !(connection.client && match.client->contains(*connection.client))) {
    return false;
  }
  if (match.from && !(author != nullptr && author->is_within(*match.from))) return false;
  if (match.dkim && !signed_by(facts, *match.dkim)) return false;
  if (match.arc_sealer && !sealed(facts, std::span(&*match.arc_sealer, 1))) return false;
  return !match.forwarder || forwarded_by(facts, *match.forwarder);
}

std::string rule_of(const Override& override_) {
  const Match& match = override_.match;
  if (match.client) return "override-client";
  if (match.dkim) return "override-dkim";
  if (match.arc_sealer) return "override-arc-sealer";
  return "override-forwarder";
}

std::string describe(const Match& match) {
  std::string text;
  const auto add = [&](std::string_view name, const std::string& value) {
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(value);
  };
  if (match.client) add("client", match.client->text());
  if (match.dkim) add("dkim", match.dkim->text());
  if (match.arc_sealer) add("arc-sealer", match.arc_sealer->text());
  if (match.forwarder) add("forwarder", match.forwarder->text());
  if (match.from) add("from", match.from->text());
  return text;
}

bool trusted_seal(const verify::Facts& facts, const std::vector<base::Domain>& sealers) {
  return sealed(facts, sealers);
}

bool looks_forwarded(const verify::Facts& facts) {
  if (facts.dmarc.status != dmarc::Status::fail) return false;
  if (facts.message.mail_from_rewritten) return true;
  const spf::Result* spf = facts.mail_from_spf();
  if (spf == nullptr) return false;
  if (spf->identity == spf::Identity::helo) return true;  // The null reverse-path.
  return spf->status != spf::Status::pass && spf->domain && facts.dmarc.organization &&
         spf->domain->is_within(*facts.dmarc.organization);
}

}  // namespace policy
