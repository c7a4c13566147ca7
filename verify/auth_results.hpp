#pragma once

#include <string>
#include <string_view>

#include "verify/auth_results_parser.hpp"  // The other direction.
#include "verify/verification.hpp"

namespace verify {

// What the field says beside the facts.
struct ResultsStyle {
  std::string_view authserv_id;  // Our name in it.
  // The local policy that overrode DMARC's verdict: the reason of its result. Empty: none did.
  std::string_view dmarc_override{};
};
// The value of our own Authentication-Results field (RFC 8601): one result per method, one per
// signature for DKIM. No space in front; lines of at most 78 columns where words allow it, joined
// by "\n\t", the form both MTAs take from a milter. Pure.
//
// No text from outside can form a second result, a comment or a line. Domains are A-labels. Of raw
// text from a signature, what does not have the shape its tag has in honest mail is left out.
[[nodiscard]] std::string format_auth_results(const Facts& facts, const Connection& connection,
                                              const ResultsStyle& style);
[[nodiscard]] std::string format_auth_results(const Facts& facts, const Connection& connection,
                                              std::string_view authserv_id);

// The value for mail that was not verified: "mx.example.org; none" (no-result of RFC 8601 §2.2).
[[nodiscard]] std::string no_results(std::string_view authserv_id);

}  // namespace verify
