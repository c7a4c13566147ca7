#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "verify/dkim/judge.hpp"

namespace arc {

enum class Status : std::uint8_t { none, pass, fail };  // cv=, RFC 8617 §4.4.

// One instance i= of the chain.
struct Set {
  const mail::HeaderField* results = nullptr;  // ARC-Authentication-Results
  dkim::Signature message_signature;           // ARC-Message-Signature
  dkim::Signature seal;                        // ARC-Seal
  Status claimed = Status::none;               // cv=
};

struct Chain {
  std::vector<Set> sets;              // sets[0] is i=1.
  std::optional<std::string> defect;  // Why the structure is unusable (RFC 8617 §5.2 step 3).
};

struct Options {
  std::size_t sets_max = 50;  // RFC 8617 §4.2.1 step 2.
};

struct Result {
  Status status = Status::none;
  std::size_t instances = 0;
  std::size_t oldest_pass = 0;        // RFC 8617 §5.2 step 5; 0: back to the first.
  std::vector<base::Domain> sealers;  // Newest first; policy decides whom to trust.
  std::string detail;
};

[[nodiscard]] Chain find_chain(const mail::Headers& headers);
[[nodiscard]] std::vector<dns::Question> key_questions(const Chain& chain);
[[nodiscard]] Result judge(const Chain& chain, std::span<const dns::Answer> key_answers,
                           const mail::Headers& headers, const dkim::BodyHashes& body,
                           const dkim::Options& options, base::WallTime now);

}  // namespace arc
