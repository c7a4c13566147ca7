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

// How mail is quarantined: marked by a header field, or put on hold in the MTA's queue.
enum class Quarantine : std::uint8_t { header, hold };
constexpr auto words_of(Quarantine) { return std::to_array<std::string_view>({"header", "hold"}); }

// Which answer a message gets whose recipients belong to tenants that disagree.
enum class Mixed : std::uint8_t { mildest, strictest };
constexpr auto words_of(Mixed) { return std::to_array<std::string_view>({"mildest", "strictest"}); }

// How far the mail of one sender is enforced, whoever receives it.
struct SenderStage {
  base::Domain domain;     // Of the From field.
  bool subdomains = true;  // Whether names below it count, too.
  Stage stage;             // How much of the rules is done to such mail.
};

// What to do instead of holding mail back while the resolver itself fails and no verdict can be
// trusted to be permanent. Mail of a protected domain is deferred whatever is said here.
enum class Degraded : std::uint8_t { accept, defer };
constexpr auto words_of(Degraded) { return std::to_array<std::string_view>({"accept", "defer"}); }

// All that a site configures about decisions. A value; immutable once a session has it.
struct Rules {
  Trust trust;                                 // Whose mail is not verified.
  Stance site;                                 // For recipients of no tenant.
  Tenants tenants;                             // By recipient domain.
  Mixed mixed = Mixed::mildest;                // For recipients of several tenants.
  Protection protection;                       // Domains enforced whatever they publish.
  Overrides overrides;                         // Of the site; after the tenant's own.
  std::vector<base::Domain> arc_sealers;       // Believed about what they received.
  DomainTable<SenderStage> stages;             // By author domain.
  Degraded degraded = Degraded::defer;         // While our DNS fails.
  Quarantine quarantine = Quarantine::header;  // How it is done.
  std::string quarantine_header = "X-Postern-Quarantine: yes";  // With Quarantine::header.
  std::string signals_header;  // Name of the field that names the signals; empty: none.
};

[[nodiscard]] constexpr std::string_view name(Mixed mixed) noexcept { return base::word(mixed); }
[[nodiscard]] constexpr std::string_view name(Degraded degraded) noexcept {
  return base::word(degraded);
}

}  // namespace policy
