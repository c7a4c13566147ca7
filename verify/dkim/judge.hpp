#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "verify/dkim/body_hashes.hpp"
#include "verify/dkim/coverage.hpp"
#include "verify/dkim/key.hpp"
#include "verify/dkim/key_cache.hpp"
#include "verify/dkim/signature.hpp"
#include "verify/dkim/verdict.hpp"

namespace dkim {

// The verdict on one DKIM-Signature field: what the log, the event, Authentication-Results and
// DMARC need of it, and no more. A plain value. Texts are the sender's: escape them before they are
// shown.
struct Result {
  Status status = Status::none;        // The word of RFC 8601 for `reason`.
  Reason reason = Reason::none;        // Why it did not pass, or what a pass leaves open.
  std::optional<base::Domain> domain;  // d=, absent when it could not be read.
  std::string selector;                // s= as written
  std::string algorithm;               // a= as written
  std::string identity;                // i= with folds removed, or empty
  std::string signature_start;         // First octets of b=, without white space (RFC 6008).
  bool testing = false;                // Key flag t=y; what fails is then as good as unsigned.
  int key_bits = 0;                    // Of an RSA key; 0 when no key was read.
  bool verified = false;               // As Verdict has it.

  // True when the signature speaks for the whole message, as DMARC needs it. One that leaves a
  // part of the message uncovered verified, but anybody may have written that part.
  [[nodiscard]] bool vouches() const { return status == Status::pass && reason == Reason::none; }
  // True when it may yet vouch: when its key can be had, or when the time is right.
  [[nodiscard]] bool in_doubt() const {
    return status == Status::temperror || reason == Reason::in_future;
  }

  friend bool operator==(const Result&, const Result&) = default;
};

// One DKIM-Signature field, parsed or refused, with the field it came from.
struct Candidate {
  const mail::HeaderField* field = nullptr;  // Points into the Headers given to find_signatures().
  base::Result<Signature, Reason> signature;
};

// Step 1, pure: every DKIM-Signature field, top first. The ones to verify are chosen so that those
// which can align with `author` come before the rest (RFC 6376 §6.1 lets a verifier limit their
// number; a pile of foreign signatures must not push out the author's own); what is past
// signatures_max carries Reason::too_many_signatures. Of more than 100 fields the first 100 and the
// next 100 that can align are listed, one more with that reason, and the rest is left out.
// `headers` outlives the candidates.
[[nodiscard]] std::vector<Candidate> find_signatures(const mail::Headers& headers,
                                                     const std::optional<base::Domain>& author,
                                                     const Options& options);

// Still step 1: asks `hashes` for what each candidate that was parsed needs, before the body comes.
void want_body_hashes(std::span<const Candidate> candidates, BodyHashes& hashes);

// Step 2 is the resolver's: one key_question() for each Candidate that was parsed.

// What signatures are checked against; it points to both. The body's hashes are finished.
struct Message {
  Message(const mail::Headers& headers_given, const BodyHashes& body_given)
      : headers(headers_given), body(body_given), repeated(find_repeated(headers_given)) {}

  const mail::Headers& headers;
  const BodyHashes& body;               // finish() was called.
  std::vector<RepeatedField> repeated;  // Found once for all signatures.
};

// Step 3, pure: the verdict on one field (RFC 6376 §6.1). `key_answer` is only read when the
// candidate was parsed. `keys` remembers parsed key records and changes no verdict.
[[nodiscard]] Result judge(const Candidate& candidate, const dns::Answer& key_answer,
                           const Message& message, const Options& options, KeyCache& keys,
                           const Clock& clock);

// The verdict on the signature of a whole message that stands in the field `own`: DKIM's, or the
// newest ARC-Message-Signature of a chain. Header, body, times, and what is left uncovered. What
// keeps it from vouching whatever the key says is said whatever the key says.
[[nodiscard]] Verdict verify_message(const Signature& signature, const mail::HeaderField& own,
                                     const Message& message, const dns::Answer& key_answer,
                                     const Options& options, KeyCache& keys, const Clock& clock);

// For those who show only some: all results when there are no more than `results_max`, else first
// those that passed, then the others that were looked at; in header order. They point into
// `results`.
[[nodiscard]] std::vector<const Result*> most_telling(std::span<const Result> results,
                                                      std::size_t results_max);

}  // namespace dkim
