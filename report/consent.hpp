#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/words.hpp"
#include "report/destination.hpp"
#include "verify/dmarc/discovery.hpp"
#include "verify/dns/resolver.hpp"

// Whether a report about one domain may go to a mailbox elsewhere: RFC 9990 §4, and RFC 9991 §5 for
// failure reports. Without it anybody could have the reports of the world sent to anybody.
namespace report {

enum class Consent : std::uint8_t {
  same_organization,  // No consent needed.
  authorised,         // The host consents, perhaps naming other mailboxes of its own.
  refused,            // It does not, or names a mailbox on another host.
  deferred,           // DNS failed temporarily: nothing is sent, ask again later.
};
constexpr auto words_of(Consent) {
  return std::to_array<std::string_view>(
      {"same_organization", "authorised", "refused", "deferred"});
}

[[nodiscard]] constexpr std::string_view name(Consent consent) noexcept {
  return base::word(consent);
}  // "same_organization": for log lines.

// What became of one destination, and where its report goes instead of there.
struct Consented {
  Mailbox asked;  // As the policy names it.
  Consent consent = Consent::deferred;
  std::vector<Mailbox> send_to;  // Empty when refused or deferred.
  std::string why;               // For people; empty when there is nothing to explain.
};

// <policy domain>._report._dmarc.<host> TXT; nothing when that is too long to be a name.
[[nodiscard]] std::optional<dns::Question> consent_question(const base::Domain& policy_domain,
                                                            const base::Domain& host);

// All that is known of one destination: the tree walks of RFC 9989 §4.10 from the policy domain and
// from the mailbox's host, which tell whether both are of one organization, and the answer to
// consent_question().
struct ConsentEvidence {
  dmarc::Walk policy_domain;
  dmarc::Walk host;
  std::optional<dns::Answer> answer;  // Nothing where there was no question to ask.
};

// The judgement of RFC 9990 §4 on one destination. What is uncertain is never sent to: a temporary
// error of DNS is `deferred`, unless the other evidence is enough. Pure.
[[nodiscard]] Consented judge_consent(const Mailbox& asked, const ConsentEvidence& evidence,
                                      ReportKind kind);

// Asks all at once, waits no longer than the deadline, and judges: one result for each
// destination, in their order. With a deadline that is past it only starts the questions, whose
// answers a resolver with a cache has later. Blocks the thread that calls.
[[nodiscard]] std::vector<Consented> verify_destinations(dns::Resolver& resolver,
                                                         const base::Domain& policy_domain,
                                                         std::span<const Mailbox> destinations,
                                                         ReportKind kind, base::Deadline deadline);

// Every mailbox to send to, each once, in the order of the results. Pure.
[[nodiscard]] std::vector<Mailbox> consented_mailboxes(std::span<const Consented> results);

}  // namespace report
