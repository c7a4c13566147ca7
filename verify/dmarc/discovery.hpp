#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/domain.hpp"
#include "verify/dmarc/record.hpp"
#include "verify/dns/resolver.hpp"

// The DNS tree walk, RFC 9989 §4.10. The one place that says how organizational domains are found.
namespace dmarc {

// What the walk above one name found.
struct Walk {
  std::optional<base::Domain> start;
  // The remembered records, longest name first.
  std::vector<std::pair<base::Domain, Record>> records;
  // Names whose query failed temporarily or was not made, longest first: what lies there is
  // unknown.
  std::vector<base::Domain> unreachable;
};

// Every name the walk could visit (at most 8, §4.10), longest first. All are known beforehand, so
// all are asked at once and the walk costs one round trip. A name so long that there can be no
// _dmarc below it is left out.
[[nodiscard]] std::vector<base::Domain> walk_names(const base::Domain& name);
[[nodiscard]] dns::Question record_question(const base::Domain& name);     // _dmarc.<name> TXT
[[nodiscard]] dns::Question existence_question(const base::Domain& name);  // §3.2.13

// The walk itself, over answers in the order of walk_names(); one that is missing counts as not
// reached. Pure.
[[nodiscard]] Walk walk(const base::Domain& name, std::span<const dns::Answer> answers);

// The organizational domain (§4.10.2): the start itself when nothing was found. REQUIRES: a start,
// here and below.
[[nodiscard]] base::Domain organization(const Walk& walk);

// True when an unreachable name could have changed organization().
[[nodiscard]] bool organization_is_uncertain(const Walk& walk);

// Whether two names have the same organizational domain, each by its own walk (§4.4.1). `unknown`
// only when what lies at an unreachable name would turn the answer round.
enum class SameOrganization : std::uint8_t { no, yes, unknown };
[[nodiscard]] SameOrganization same_organization(const Walk& a, const Walk& b);

}  // namespace dmarc
