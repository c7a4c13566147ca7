#include "policy/overrides.hpp"

#include <algorithm>
#include <cassert>
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

// What the client is called, by its reverse DNS and by itself, while nobody can tell whether its
// address has that name.
std::vector<base::Domain> claimed_names(const verify::Facts& facts,
                                        const verify::Connection& connection) {
  std::vector<base::Domain> names;
  if (!facts.iprev || facts.iprev->status != iprev::Status::temperror) return names;
  for (const std::string& text : {facts.iprev->name.value_or(""), connection.helo}) {
    if (auto name = base::Domain::parse(text)) names.push_back(*std::move(name));
  }
  return names;
}

Certainty signed_by(const verify::Facts& facts, const base::Domain& domain) {
  Certainty certainty = Certainty::no;
  for (const dkim::Result& result : facts.dkim) {
    if (!result.domain || !result.domain->is_within(domain)) continue;
    if (result.vouches()) return Certainty::yes;
    if (result.in_doubt()) certainty = Certainty::in_doubt;
  }
  return certainty;
}

Certainty forwarded_by(const verify::Facts& facts, const verify::Connection& connection,
                       const base::Domain& domain) {
  if (!looks_forwarded(facts)) return Certainty::no;
  if (const auto name = confirmed_name(facts)) {
    return name->is_within(domain) ? Certainty::yes : Certainty::no;
  }
  const bool claimed = std::ranges::any_of(
      claimed_names(facts, connection),
      [&](const base::Domain& name) { return name.is_within(domain); });
  return claimed ? Certainty::in_doubt : Certainty::no;
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
    assert(match.client || match.dkim || match.arc_sealer || match.forwarder);
    index->file_of(match)[match.from ? match.from->text() : std::string()].push_back(i);
  }
  index_ = std::move(index);
}

const std::vector<Override>& Overrides::list() const noexcept {
  static const std::vector<Override> none;
  return index_ ? index_->list : none;
}

Overrides::Found Overrides::find(const verify::Facts& facts,
                                 const verify::Connection& connection,
                                 Doubtful doubtful) const {
  Found found;
  if (list().empty()) return found;
  std::size_t first = index_->list.size();
  const auto look_at = [&](const std::vector<std::size_t>& positions, bool) {
    for (const std::size_t i : positions) {
      if (i >= first) break;
      const Override& override_ = index_->list[i];
      const Certainty certainty = matches(override_.match, facts, connection);
      const Doubtful kind =
          override_.action <= Action::tag ? Doubtful::release : Doubtful::restraint;
      if (certainty < (kind == doubtful ? Certainty::in_doubt : Certainty::yes)) continue;
      found = {&override_, certainty};
      first = i;
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
  std::vector<base::Domain> names = claimed_names(facts, connection);
  if (auto name = confirmed_name(facts)) names.push_back(*std::move(name));
  for (const base::Domain& name : names)
    walk_up(index_->forwarders, name.text(), look_into);
  return found;
}

Certainty matches(const Match& match, const verify::Facts& facts,
                  const verify::Connection& connection) {
  const base::Domain* author = facts.from_domain();
  if (match.client && !(connection.client && match.client->contains(*connection.client))) {
    return Certainty::no;
  }
  if (match.from && !(author != nullptr && author->is_within(*match.from))) return Certainty::no;
  Certainty all = Certainty::yes;
  if (match.dkim) all = std::min(all, signed_by(facts, *match.dkim));
  if (match.arc_sealer) all = std::min(all, trusted_seal(facts, {&*match.arc_sealer, 1}));
  if (match.forwarder) all = std::min(all, forwarded_by(facts, connection, *match.forwarder));
  return all;
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

Certainty trusted_seal(const verify::Facts& facts, std::span<const base::Domain> sealers) {
  const base::Domain* author = facts.from_domain();
  const bool passes = facts.arc.status == arc::Status::pass;
  if (author == nullptr || !(passes || facts.arc.in_doubt())) return Certainty::no;
  for (const arc::Sealer& sealer : facts.arc.sealers) {  // Newest first.
    const bool trusted = std::ranges::any_of(
        sealers, [&](const base::Domain& name) { return sealer.domain.is_within(name); });
    if (!trusted) return Certainty::no;
    if (sealer.dmarc_pass == *author) return passes ? Certainty::yes : Certainty::in_doubt;
  }
  return Certainty::no;
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
