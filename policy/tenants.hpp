#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/domain.hpp"
#include "policy/overrides.hpp"
#include "policy/stance.hpp"

// Whose rules count for a recipient.
namespace policy {

// One group of recipients with rules of its own.
struct Tenant {
  std::string name;                     // For events; by default the first of its recipients.
  std::vector<std::string> recipients;  // "example.net", or "*.example.net" for all below it.
  Stance stance;                        // In place of the site's.
  Overrides overrides;                  // Its own, asked before the site's.
};

// Recipient domain -> tenant. The most specific entry counts: the exact name, then the wildcard
// with the most labels. Immutable and cheap to copy; finding does not grow with the list.
class Tenants {
 public:
  Tenants() = default;
  // REQUIRES: no domain in two tenants; domains are A-labels in lower case.
  explicit Tenants(std::vector<Tenant> list);

  // The tenants in the order of the configuration. Lives as long as a copy of this object.
  [[nodiscard]] const std::vector<Tenant>& list() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return list().empty(); }

  // Whose rules count for recipients in `domain`; null: the site's own.
  [[nodiscard]] const Tenant* find(const base::Domain& domain) const;

 private:
  struct Index;
  std::shared_ptr<const Index> index_;
};

}  // namespace policy
