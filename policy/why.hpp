#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.hpp"
#include "policy/overrides.hpp"
#include "policy/protection.hpp"
#include "verify/verification.hpp"

// Decision::why: one line for the log that says how the verdict came about. Every text is printable
// and at most why_octets_max octets. Pure.
namespace policy {

// Longer texts end in "...".
inline constexpr std::size_t why_octets_max = 300;

// "p=reject of example.com; nothing-authenticated, spf-fail; no aligned pass: spf=fail
//  bounce.example, dkim=fail(body_hash_mismatch) example.com". What may be long comes last.
[[nodiscard]] std::string why_dmarc_failed(const verify::Facts& facts,
                                           const std::vector<std::string>& corroboration);
// "aligned by dkim: …": which identifiers made DMARC pass.
[[nodiscard]] std::string why_dmarc_passed(const verify::Facts& facts);
[[nodiscard]] std::string why_dmarc_unknown(const verify::Facts& facts);  // temperror
[[nodiscard]] std::string why_no_dmarc(const verify::Facts& facts);       // none, permerror
// Why there is no single author.
[[nodiscard]] std::string why_from_faulty(mail::FromFault fault);
// How many fields in our name there are, and that they are not removed.
[[nodiscard]] std::string why_own_fields(const OwnFieldCount& count);
// REQUIRES: the author domain is protected.
[[nodiscard]] std::string why_protected(const ClaimVerdict& verdict, const verify::Facts& facts,
                                        const std::vector<std::string>& corroboration);
// Which override holds, and what the checks say.
[[nodiscard]] std::string why_overridden(const Match& match, const verify::Facts& facts);
// REQUIRES: a sealer saw DMARC pass.
[[nodiscard]] std::string why_sealed(const verify::Facts& facts);
// What `decision` would have been with a working DNS.
[[nodiscard]] std::string why_degraded(const Decision& decision);
// `why`, and which of what is in doubt vouched for the author before.
[[nodiscard]] std::string why_in_doubt(std::string why,
                                       const std::vector<std::string>& vouched_before);
// `why`, and that such mail has been deferred for too long.
[[nodiscard]] std::string why_no_more_deferred(std::string_view why);

// The checks that failed for the author's domain, for the SMTP reply: "spf=fail dkim=none".
[[nodiscard]] std::string failed_checks(const verify::Facts& facts);

}  // namespace policy
