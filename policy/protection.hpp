#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "policy/domain_table.hpp"
#include "policy/lookalike.hpp"
#include "verify/verification.hpp"

// The organisation's own domains: enforced whatever they publish.
namespace policy {

struct ProtectedDomain {
  base::Domain domain;
  bool subdomains = true;
  std::vector<base::Network> allow_networks{};  // May send as this domain unauthenticated …
  std::vector<base::Domain> allow_dkim{};       // … and whoever signs as one of these, or below.
  std::vector<std::string> allow_users{};       // SASL identities ({auth_authen}), exactly.
};

class Protection {
 public:
  Protection() = default;
  explicit Protection(std::vector<ProtectedDomain> list);

  // As DomainTable has them.
  [[nodiscard]] const std::vector<ProtectedDomain>& list() const noexcept { return table_.list(); }
  [[nodiscard]] const ProtectedDomain* find(const base::Domain& domain) const {
    return table_.find(domain);
  }

  // Of each in list().
  [[nodiscard]] const std::vector<Appearance>& appearances() const noexcept {
    return *appearances_;
  }

 private:
  DomainTable<ProtectedDomain> table_;
  std::shared_ptr<const std::vector<Appearance>> appearances_ =
      std::make_shared<const std::vector<Appearance>>();
};

// How the author of a message stands to its protected domain.
enum class Claim : std::uint8_t {
  none,       // The author domain is not protected.
  proven,     // DMARC passes, or without a record SPF or DKIM pass for a name within the domain.
  excepted,   // One of the exceptions holds.
  unknown,    // A temporary error hides whether it is proven.
  unfounded,  // Forged, as far as anybody can tell.
};

struct ClaimVerdict {
  Claim claim = Claim::none;
  const ProtectedDomain* domain = nullptr;
  std::string exception;  // "network 192.0.2.0/24", "dkim esp.example", "user scanner"
};

[[nodiscard]] ClaimVerdict judge_claim(const Protection& protection, const verify::Facts& facts,
                                       const verify::Connection& connection);

}  // namespace policy
