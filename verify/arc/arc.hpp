#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "verify/dkim/judge.hpp"

// Validation of an Authenticated Received Chain (RFC 8617 §5.2). One folder that can be dropped:
// ARC is on its way to Historic.
namespace arc {

enum class Status : std::uint8_t { none, pass, fail };  // cv=, RFC 8617 §4.4.
constexpr auto words_of(Status) {
  return std::to_array<std::string_view>({"none", "pass", "fail"});
}

[[nodiscard]] constexpr std::string_view name(Status status) noexcept {
  return base::word(status);
}  // "pass"

// One instance i= of the chain. Pointers are into the Headers given to find_chain().
struct Set {
  const mail::HeaderField* results = nullptr;  // ARC-Authentication-Results
  const mail::HeaderField* message = nullptr;  // ARC-Message-Signature
  const mail::HeaderField* seal = nullptr;     // ARC-Seal
  // Nothing else is known of a field that cannot be read.
  base::Result<dkim::Signature, dkim::Reason> message_signature{std::unexpect,
                                                                dkim::Reason::syntax};
  base::Result<dkim::Signature, dkim::Reason> seal_signature{std::unexpect, dkim::Reason::syntax};
  Status claimed = Status::none;  // cv= of the seal.
};

// The ARC sets of one message.
struct Chain {
  std::vector<Set> sets;              // sets[0] is i=1. Empty when there is a defect.
  std::size_t instances = 0;          // The highest i= there is.
  std::optional<std::string> defect;  // Why no signature needs to be looked at (steps 1 to 3).
};

struct Options {
  std::size_t sets_max = 50;  // RFC 8617 §5.2 step 1; more is a failed chain.
};

// Who sealed a set, and what that receiver says it saw.
struct Sealer {
  base::Domain domain;   // d= of the ARC-Seal
  std::string selector;  // s=
  std::string results;   // Value of the ARC-Authentication-Results field, as it stands.
  // header.from of its dmarc=pass. Not ARC's business: verify::Verification fills it in.
  std::optional<base::Domain> dmarc_pass{};

  friend bool operator==(const Sealer&, const Sealer&) = default;
};

// What became of the chain. A plain value.
struct Result {
  Status status = Status::none;
  std::size_t instances = 0;    // The highest i=, also of a chain that fails.
  std::size_t oldest_pass = 0;  // RFC 8617 §5.2 step 5; 0: back to the first. Only with pass.
  // Newest first, with pass or in_doubt(), else empty; policy decides whom to trust.
  std::vector<Sealer> sealers;
  std::string detail;  // Why it failed: "ARC-Seal i=2: signature_mismatch".

  // RFC 8617 §5.2.1 has no temporary error: this is a fail that is owed to keys that could not be
  // had, or to a clock of ours that may be wrong, and to nothing else.
  [[nodiscard]] bool in_doubt() const { return status == Status::fail && !sealers.empty(); }

  friend bool operator==(const Result&, const Result&) = default;
};

// Step 1, pure: the sets and whether they are a chain at all (RFC 8617 §5.2 steps 1 to 3).
[[nodiscard]] Chain find_chain(const mail::Headers& headers, const Options& options);

// Still step 1: asks for the body hashes of the message signatures.
void want_body_hashes(const Chain& chain, dkim::BodyHashes& hashes);

// The keys of the seals and of the newest message signature, each once. Older message signatures
// cause no look-up of their own: sealers use one key for both.
[[nodiscard]] std::vector<dns::Question> key_questions(const Chain& chain);

// Step 3, pure. REQUIRES: `key_answers` belong to key_questions(chain), in that order.
[[nodiscard]] Result judge(const Chain& chain, std::span<const dns::Answer> key_answers,
                           const dkim::Message& message, const dkim::Options& options,
                           dkim::KeyCache& keys, const dkim::Clock& clock);

}  // namespace arc
