#include "verify/dkim/verdict.hpp"

#include <string>
#include <variant>

namespace dkim {

namespace {

constexpr std::size_t records_max = 20;  // TXT records read at one name, keys or not.

crypto::KeyType type_for(Algorithm algorithm) {
  return algorithm == Algorithm::ed25519_sha256 ? crypto::KeyType::ed25519 : crypto::KeyType::rsa;
}

// RFC 6376 §6.1.2 and RFC 8301 §3.2: may this key be used for this signature?
Reason check_key(const Key& key, const Signature& signature, const Options& options) {
  if (key.key.type() != type_for(signature.algorithm)) return Reason::key_mismatch;
  // RFC 6376 §3.6.1, t=s: the domain of i= MUST NOT be a subdomain of d=.
  if (key.strict_identity && signature.identity_in_subdomain) return Reason::key_strict_identity;
  if (key.key.type() != crypto::KeyType::rsa) return Reason::none;
  if (key.key.bits() < options.rsa_bits_min) return Reason::weak_key;
  if (key.key.bits() > options.rsa_bits_max) return Reason::oversize_key;
  return Reason::none;
}

Reason check_body(const Signature& signature, const std::optional<BodyHash>& body) {
  if (!body) return Reason::none;
  // RFC 6376 §3.5: l= MUST NOT be larger than the canonical body.
  if (body->coverage == BodyHash::Coverage::too_short) return Reason::body_too_short;
  return body->value == signature.body_hash ? Reason::none : Reason::body_hash_mismatch;
}

// One key and what it needs; the header hash is made when the first key gets that far.
class Trial {
 public:
  Trial(const Signature& signature, const Sums& sums, const Options& options)
      : signature_(signature), sums_(sums), options_(options) {}

  [[nodiscard]] Verdict operator()(const Key& key) {
    const bool is_rsa = key.key.type() == crypto::KeyType::rsa;
    const Reason reason = check(key);
    return {reason, reason == Reason::none, key.testing, is_rsa ? key.key.bits() : 0};
  }

 private:
  Reason check(const Key& key) {
    if (const Reason reason = check_key(key, signature_, options_); reason != Reason::none) {
      return reason;
    }
    if (const Reason reason = check_body(signature_, sums_.body); reason != Reason::none) {
      return reason;
    }
    if (!hash_) hash_ = sums_.signed_hash();
    return key.key.verify(*hash_, signature_.signature) ? Reason::none : Reason::signature_mismatch;
  }

  const Signature& signature_;
  const Sums& sums_;
  const Options& options_;
  std::optional<crypto::Sha256> hash_;
};

// What an answer without records says of the key.
Reason without_key(dns::Outcome outcome) {
  switch (outcome) {
    case dns::Outcome::found:
    case dns::Outcome::no_data:
    case dns::Outcome::no_name:
      return Reason::no_key;
    case dns::Outcome::not_asked:
      return Reason::key_not_asked;
    case dns::Outcome::failure:
    case dns::Outcome::timeout:
      break;
  }
  return Reason::key_unavailable;
}

}  // namespace

Verdict verify(const Signature& signature, const dns::Answer& answer, const Sums& sums,
               const Options& options, KeyCache& keys) {
  const Reason body = check_body(signature, sums.body);
  if (answer.outcome != dns::Outcome::found) {
    return {.reason = body == Reason::none ? without_key(answer.outcome) : body};
  }
  Trial trial(signature, sums, options);
  Verdict best{.reason = Reason::no_key};
  std::size_t tried = 0;
  std::size_t read = 0;
  for (const dns::Record& record : answer.records) {
    const auto* text = std::get_if<std::string>(&record);
    if (text == nullptr || ++read > records_max) continue;
    const auto key = keys.parse(*text);
    if (!*key) {
      if (key->error() > best.reason) best = {.reason = key->error()};
      continue;
    }
    const Verdict verdict = trial(**key);
    if (verdict.verified) return verdict;
    if (verdict.reason > best.reason) best = verdict;  // Reasons are in the order of the checks.
    if (++tried == options.keys_max) break;
  }
  if (body != Reason::none) best.reason = body;
  return best;
}

Reason check_times(const Signature& signature, const Options& options, const Clock& clock) {
  if (signature.expires_at && *signature.expires_at < clock.received - options.clock_skew) {
    return Reason::expired;
  }
  if (signature.signed_at && *signature.signed_at > clock.now + options.future_max) {
    return Reason::in_future;
  }
  return Reason::none;
}

Status status_of(const Verdict& verdict) {
  switch (verdict.reason) {
    case Reason::none:
      return Status::pass;
    case Reason::partial_body:  // That it vouches for too little is for Result to say.
    case Reason::repeated_field:
      return verdict.verified ? Status::pass : Status::policy;
    case Reason::key_unavailable:
    case Reason::clock_in_doubt:
      return Status::temperror;
    case Reason::too_many_signatures:
    case Reason::key_not_asked:
    case Reason::weak_key:
    case Reason::oversize_key:
      return Status::policy;
    // RFC 6376 §3.5: signatures with a time in the future MAY be ignored; see Result::in_doubt().
    case Reason::in_future:
    case Reason::cut_field:  // "not otherwise able to be processed": what was signed is not here.
      return Status::neutral;
    case Reason::expired:
    case Reason::body_too_short:
    case Reason::body_hash_mismatch:
    case Reason::signature_mismatch:
      return Status::fail;
    default:
      return Status::permerror;
  }
}

}  // namespace dkim
