#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.hpp"
#include "policy/rules.hpp"

// One answer for recipients of several tenants: a milter gives a single one for the whole message,
// whoever its recipients are. Pure.
namespace policy {

// How many Stricter entries a decision has at most.
inline constexpr std::size_t stricter_max = 100;

// The recipients of one tenant.
struct Group {
  const Tenant* tenant = nullptr;    // Null: of the site's own.
  std::vector<std::string> domains;  // Sorted, each once; without those that are no names.
};

// The recipients, given without brackets, by whose rules count for them. In the order of the
// tenants' list, the site first: never in an order a sender can choose. Without tenants or
// recipients one group of the site.
[[nodiscard]] std::vector<Group> group_by_tenant(const std::vector<std::string>& recipients,
                                                 const Tenants& tenants);

// The answer for all: the mildest or the strictest of `decisions`, of which there is one for each
// group, in the same order. Among equals the first. REQUIRES: at least one.
[[nodiscard]] Decision choose(Mixed mixed, const std::vector<Group>& groups,
                              std::vector<Decision> decisions);

}  // namespace policy
