#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "verify/crypto/crypto.hpp"
#include "verify/dkim/body_hashes.hpp"
#include "verify/dkim/key_cache.hpp"
#include "verify/dkim/signature.hpp"
#include "verify/dns/resolver.hpp"

namespace dkim {

struct Options {
  std::size_t signatures_max =
      10;                    // More are not looked at: each costs a lookup and a verification.
  std::size_t keys_max = 3;  // Keys tried when a selector has several (RFC 6376 §3.6.2.2).
  int rsa_bits_min = 1024;   // RFC 8301 §3.2.
  int rsa_bits_max = 4096;   // RFC 8301 §3.2 asks for no more; each doubling costs 4 times.
  bool partial_body_allowed = false;  // Whether l= may leave body text uncovered.
  base::Seconds clock_skew{300};      // A signature is good so long after its x=.
  // A t= so far ahead is a signer's clock in local time, at worst; what is later is refused.
  base::Seconds future_max{24 * 60 * 60};
};

// RFC 8601 §2.7.1.
enum class Status : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };

[[nodiscard]] std::string_view name(Status status);  // "temperror"

// The status that goes with each Reason; nothing but Reason::none is a pass.
[[nodiscard]] Status status_of(Reason reason);

// What the key and the sums say (RFC 6376 §6.1.2, §6.1.3).
struct Verdict {
  Reason reason = Reason::none;
  bool testing = false;  // t=y of the key that decided.
  int key_bits = 0;      // Of an RSA key; 0 when no key was read.
};

// What a signature is checked against. The hash is asked for only when a key is there to use it,
// and once.
struct Sums {
  std::function<crypto::Sha256()> signed_hash;  // Of the header fields.
  std::optional<BodyHash> body;                 // Nothing: the signature covers no body.
};

// Tries the keys of `answer` until one verifies; if none does, the verdict is that of the key that
// came furthest.
[[nodiscard]] Verdict verify(const Signature& signature, const dns::Answer& answer,
                             const Sums& sums, const Options& options, KeyCache& keys);

// Reason::none, or why the times of the field speak against it now (RFC 6376 §3.5).
[[nodiscard]] Reason check_times(const Signature& signature, const Options& options,
                                 base::WallTime now);

}  // namespace dkim
