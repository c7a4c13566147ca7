#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/domain.hpp"
#include "base/words.hpp"
#include "policy/domain_table.hpp"
#include "policy/overrides.hpp"
#include "policy/protection.hpp"
#include "policy/tenants.hpp"
#include "policy/trust.hpp"

// What the receiving site wants ("local policy", RFC 9989 §7). dmarc::Policy is what the sender
// asks for; policy::Rules is what we do about it.
namespace policy {

enum class Quarantine : std::uint8_t { header, hold };

// Which answer a message gets whose recipients belong to tenants that disagree.
enum class Mixed : std::uint8_t { mildest, strictest };
constexpr auto words_of(Mixed) { return std::to_array<std::string_view>({"mildest", "strictest"}); }

// How far the mail of one sender is enforced, whoever receives it.
struct SenderStage {
  base::Domain domain;  // Of the From field.
  bool subdomains = true;
  Stage stage;
};

// What to do instead of holding mail back while the resolver itself fails and no verdict can be
// trusted to be permanent. Mail of a protected domain is deferred whatever is said here.
enum class Degraded : std::uint8_t { accept, defer };
constexpr auto words_of(Degraded) { return std::to_array<std::string_view>({"accept", "defer"}); }

struct Rules {
  Trust trust;
  Stance site;      // For recipients of no tenant.
  Tenants tenants;  // By recipient domain.
  Mixed mixed = Mixed::mildest;
  Protection protection;                  // Domains enforced whatever they publish.
  Overrides overrides;                    // Of the site; after the tenant's own.
  std::vector<base::Domain> arc_sealers;  // Believed about what they received.
  DomainTable<SenderStage> stages;
  Degraded degraded = Degraded::defer;
  Quarantine quarantine = Quarantine::header;
  std::string quarantine_header = "X-Postern-Quarantine: yes";
  std::string signals_header;  // Name of the field that names the signals; empty: none.
};

[[nodiscard]] constexpr std::string_view name(Mixed mixed) noexcept { return base::word(mixed); }
[[nodiscard]] constexpr std::string_view name(Degraded degraded) noexcept {
  return base::word(degraded);
}

}  // namespace policy
