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

// One of the site's own domains, and who may write in its name without proving it.
struct ProtectedDomain {
  base::Domain domain;
  bool subdomains = true;                       // Whether names below it are protected, too.
  std::vector<base::Network> allow_networks{};  // May send as this domain unauthenticated …
  std::vector<base::Domain> allow_dkim{};       // … and whoever signs as one of these, or below.
  std::vector<std::string> allow_users{};       // SASL identities ({auth_authen}), exactly.
};

// All protected domains. Immutable and cheap to copy.
class Protection {
 public:
  Protection() = default;
  // REQUIRES: no domain twice.
  explicit Protection(std::vector<ProtectedDomain> list);

  // In the order of the table, which has no meaning.
  [[nodiscard]] const std::vector<ProtectedDomain>& list() const noexcept { return table_.list(); }
  // The most specific entry that covers `domain`, or null.
  [[nodiscard]] const ProtectedDomain* find(const base::Domain& domain) const {
    return table_.find(domain);
  }

  // One for each entry of list(), in the same order: what lookalikes are compared with.
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

// How the author stands to its domain, and what was found on the way.
struct ClaimVerdict {
  Claim claim = Claim::none;
  const ProtectedDomain* domain = nullptr;  // Null only for Claim::none. Of the Protection.
  std::string exception;  // "network 192.0.2.0/24", "dkim esp.example", "user scanner"
};

// Judges whether whoever wrote the message may use the author domain, if that is a protected one. A
// temporary error is never taken for a no. Pure.
[[nodiscard]] ClaimVerdict judge_claim(const Protection& protection, const verify::Facts& facts,
                                       const verify::Connection& connection);

}  // namespace policy
