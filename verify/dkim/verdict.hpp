#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/words.hpp"
#include "verify/crypto/crypto.hpp"
#include "verify/dkim/body_hashes.hpp"
#include "verify/dkim/key_cache.hpp"
#include "verify/dkim/signature.hpp"
#include "verify/dns/resolver.hpp"

namespace dkim {

// What this site accepts of signatures; section [dkim] of the configuration sets some of it.
struct Options {
  // More signatures are not looked at: each costs a lookup and a verification.
  std::size_t signatures_max = 10;
  std::size_t keys_max = 3;  // Keys tried when a selector has several (RFC 6376 §3.6.2.2).
  int rsa_bits_min = 1024;   // RFC 8301 §3.2.
  int rsa_bits_max = 4096;   // RFC 8301 §3.2 asks for no more; each doubling costs 4 times.
  bool partial_body_allowed = false;  // Whether l= may leave body text uncovered.
  base::Seconds clock_skew{300};      // A signature is good so long after its x=.
  // A t= so far ahead is a signer's clock in local time, at worst; what is later is refused.
  base::Seconds future_max{24 * 60 * 60};
};

// The results of RFC 8601 §2.7.1.
enum class Status : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };
constexpr auto words_of(Status) {
  return std::to_array<std::string_view>(
      {"none", "pass", "fail", "policy", "neutral", "temperror", "permerror"});
}

[[nodiscard]] constexpr std::string_view name(Status status) noexcept {
  return base::word(status);
}  // "temperror"

// What is said of one signature (RFC 6376 §6.1). The default is a pass that nobody checked.
struct Verdict {
  Reason reason = Reason::none;
  bool verified = false;  // Key and sums are right; `reason` is then about something else.
  bool testing = false;   // t=y of the key that decided.
  int key_bits = 0;       // Of an RSA key; 0 when no key was read.
};

// The status that goes with each Reason. A pass is Reason::none, and what verified but leaves
// something uncovered (docs/decisions/0007). Nothing is temperror but what could still pass. Pure.
[[nodiscard]] Status status_of(const Verdict& verdict);

// What a signature is checked against.
struct Sums {
  // Makes the hash of the signed header fields: called only when a key is there to use it, and
  // once.
  std::function<crypto::Sha256()> signed_hash;
  std::optional<BodyHash> body;  // Nothing: the signature covers no body.
};

// What the key and the sums say (§6.1.2, §6.1.3). Tries the keys of `answer`, keys_max at most,
// until one verifies; if none does, the verdict is that of the key that came furthest. A body that
// does not fit is said whatever became of the key: nobody gains by making it hard to get. Pure but
// for the memo `keys`.
[[nodiscard]] Verdict verify(const Signature& signature, const dns::Answer& answer,
                             const Sums& sums, const Options& options, KeyCache& keys);

// The times that the t= and x= of signatures are judged by.
struct Clock {
  base::WallTime now;  // What t= is compared with.
  // When the message came to our administrative domain: what x= is compared with (RFC 6376 §3.5).
  base::WallTime received;
  // The signatures of many independent signers have expired: `now` may be ahead of the time.
  bool ahead_in_doubt = false;
};

// Reason::none, or why the times of the field speak against it: `expired` or `in_future` (RFC 6376
// §3.5), each with the tolerance of `options`. Pure.
[[nodiscard]] Reason check_times(const Signature& signature, const Options& options,
                                 const Clock& clock);

}  // namespace dkim
