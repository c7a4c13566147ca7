#include "verify/spf/native_engine.hpp"

#include <algorithm>

namespace spf {

namespace {

std::optional<Qualifier> evaluate(Session& session, const Level& level);

// RFC 7208 §5.3, §5.4: the prefix of the client's family decides.
bool covers(const Term& term, const std::vector<base::IpAddress>& addresses,
            const base::IpAddress& client) {
  const bool v4 = client.family() == base::IpAddress::Family::v4;
  const unsigned bits = v4 ? term.prefix4 : term.prefix6;
  return std::ranges::any_of(addresses, [&](const base::IpAddress& address) {
    return address.shares_prefix(client, bits);
  });
}

bool matches_exchange(Session& session, const Level& level, const Term& term) {
  return std::ranges::any_of(session.exchanges(level, term), [&](const std::string& host) {
    return covers(term, session.host_addresses(host), session.client());
  });
}

// RFC 7208 §5.2: only a pass inside makes an include match.
bool matches_include(Session& session, const Level& level, const Term& term) {
  const Level* included = session.open(level, term);
  if (included == nullptr) return false;
  return evaluate(session, *included) == Qualifier::pass;
}

bool matches(Session& session, const Level& level, const Term& term) {
  switch (term.kind) {
    case Kind::include:
      return matches_include(session, level, term);
    case Kind::a:
      return covers(term, session.addresses(level, term), session.client());
    case Kind::mx:
      return matches_exchange(session, level, term);
    case Kind::ptr:
      return session.ptr(level, term);
    case Kind::exists:
      return session.exists(level, term);
    case Kind::all:
    case Kind::ip4:
    case Kind::ip6:
      return matches_without_dns(term, session.client()) && session.reach(level, term);
    case Kind::redirect:
      break;  // Not among the directives.
  }
  return false;
}

std::optional<Qualifier> evaluate(Session& session, const Level& level) {
  for (const Term& term : level.record.terms) {
    const bool matched = matches(session, level, term);
    if (session.stopped()) return std::nullopt;
    if (matched) return term.qualifier;
  }
  if (!level.record.redirect) return std::nullopt;  // RFC 7208 §4.7: neutral.
  const Level* target = session.open(level, *level.record.redirect);
  return target == nullptr ? std::nullopt : evaluate(session, *target);
}

}  // namespace

std::optional<Qualifier> evaluate_natively(Session& session) {
  const Level* level = session.open();
  return level == nullptr ? std::nullopt : evaluate(session, *level);
}

}  // namespace spf
