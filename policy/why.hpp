#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "verify/verification.hpp"

// Decision::why: one line for the log that says how the verdict came about.
namespace policy {

inline constexpr std::size_t why_octets_max = 300;

// "p=reject of example.com; nothing-authenticated, spf-fail; no aligned pass: spf=fail
//  bounce.example, dkim=fail(body_hash_mismatch) example.com". What may be long comes last.
[[nodiscard]] std::string why_dmarc_failed(const verify::Facts& facts,
                                           const std::vector<std::string>& corroboration);
[[nodiscard]] std::string why_dmarc_passed(const verify::Facts& facts);
[[nodiscard]] std::string why_dmarc_unknown(const verify::Facts& facts);  // temperror
[[nodiscard]] std::string why_no_dmarc(const verify::Facts& facts);       // none, permerror
[[nodiscard]] std::string why_from_faulty(mail::FromFault fault);

}  // namespace policy
