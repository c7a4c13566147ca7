#include "verify/dkim/verdict.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"

using dkim::Reason;
using dkim::Status;

namespace {

const crypto::Sha256 digest = crypto::sha256(crypto::bytes_of("signed"));

dkim::Signature signature_by(const support::SigningKey& key) {
  dkim::Signature signature(*base::Domain::parse("example.com"));
  signature.signature = key.sign(digest);
  return signature;
}

dns::Answer found(const std::vector<std::string>& records) {
  return {.outcome = dns::Outcome::found,
          .records = std::vector<dns::Record>(records.begin(), records.end())};
}

dkim::Verdict verify(const dkim::Signature& signature, const dns::Answer& answer,
                     const dkim::Options& options = {}) {
  dkim::KeyCache keys;
  return dkim::verify(signature, answer, {[] { return digest; }, std::nullopt}, options, keys);
}

std::string record() { return support::SigningKey::rsa().record(); }

}  // namespace

TEST_CASE("a signature verifies with the published key", "[dkim][RFC 6376 §6.1.3]") {
  const auto verdict = verify(signature_by(support::SigningKey::rsa()), found({record()}));
  CHECK(verdict.reason == Reason::none);
  CHECK(verdict.verified);
  CHECK(verdict.key_bits == 1024);
  CHECK_FALSE(verdict.testing);
  CHECK(verify(signature_by(support::SigningKey::rsa()), found({record() + "; t=y"})).testing);
}

TEST_CASE("Ed25519 signs the hash", "[dkim][RFC 8463 §3]") {
  dkim::Signature signature = signature_by(support::SigningKey::ed25519());
  signature.algorithm = dkim::Algorithm::ed25519_sha256;
  const auto verdict = verify(signature, found({support::SigningKey::ed25519().record()}));
  CHECK(verdict.reason == Reason::none);
  CHECK(verdict.key_bits == 0);
}

TEST_CASE("no key is permanent, no answer is not", "[dkim][RFC 6376 §6.1.2]") {
  const dkim::Signature signature = signature_by(support::SigningKey::rsa());
  const auto reason = [&](dns::Outcome outcome) {
    dns::Answer answer;
    answer.outcome = outcome;
    return verify(signature, answer).reason;
  };
  CHECK(reason(dns::Outcome::no_name) == Reason::no_key);
  CHECK(reason(dns::Outcome::no_data) == Reason::no_key);
  CHECK(reason(dns::Outcome::failure) == Reason::key_unavailable);
  CHECK(reason(dns::Outcome::timeout) == Reason::key_unavailable);
  CHECK(verify(signature, found({})).reason == Reason::no_key);
}

TEST_CASE("of several records the one that verifies counts", "[dkim][RFC 6376 §3.6.2.2]") {
  const dkim::Signature signature = signature_by(support::SigningKey::rsa());
  const std::string other = "p=" + support::hollow_rsa_key(1024);
  CHECK(verify(signature, found({"v=spf1 -all", "p=", other, record()})).reason == Reason::none);
  CHECK(verify(signature, found({record(), other})).reason == Reason::none);
  // Nothing verifies: the key that came furthest tells why.
  CHECK(verify(signature, found({other, "v=spf1 -all"})).reason == Reason::signature_mismatch);
  CHECK(verify(signature, found({"p=", "v=spf1 -all"})).reason == Reason::key_revoked);
}

TEST_CASE("the number of keys tried is bounded", "[dkim][limits]") {
  const dkim::Signature signature = signature_by(support::SigningKey::rsa());
  const std::string other = "p=" + support::hollow_rsa_key(1024);
  CHECK(verify(signature, found({other, other, record()})).reason == Reason::none);
  CHECK(verify(signature, found({other, other, other, record()})).reason ==
        Reason::signature_mismatch);
  std::vector<std::string> records(20, "junk");
  records.push_back(record());
  CHECK(verify(signature, found(records)).reason == Reason::key_syntax);
}

TEST_CASE("a key that must not be used is not used", "[dkim][RFC 6376 §6.1.2]") {
  dkim::Signature signature = signature_by(support::SigningKey::rsa());
  CHECK(verify(signature, found({"k=" + std::string("ed25519; p=") +
                                 support::SigningKey::ed25519().public_base64()}))
            .reason == Reason::key_mismatch);
  CHECK(verify(signature, found({record() + "; t=s"})).reason == Reason::none);
  signature.identity_in_subdomain = true;
  CHECK(verify(signature, found({record() + "; t=s"})).reason == Reason::key_strict_identity);
}

TEST_CASE("RSA keys must have a size between the limits", "[dkim][RFC 8301 §3.2]") {
  const dkim::Signature signature = signature_by(support::SigningKey::rsa());
  const auto verdict = [&](int bits) {
    return verify(signature, found({"p=" + support::hollow_rsa_key(bits)}));
  };
  CHECK(verdict(1023).reason == Reason::weak_key);
  CHECK(verdict(1023).key_bits == 1023);
  CHECK(verdict(1024).reason == Reason::signature_mismatch);
  CHECK(verdict(4096).reason == Reason::signature_mismatch);
  CHECK(verdict(4097).reason == Reason::oversize_key);
  CHECK(verdict(8193).reason == Reason::key_syntax);
  const dkim::Options strict{.rsa_bits_min = 2048};
  CHECK(verify(signature, found({record()}), strict).reason == Reason::weak_key);
}

TEST_CASE(
    "every reason has a word and a status, and only what leaves something open passes with one",
    "[dkim][RFC 8601 §2.7.1]") {
  for (const std::string_view word : words_of(Reason{})) {
    const auto reason = base::find<Reason>(word).value();
    CHECK_FALSE(word.contains(' '));
    const Status status = dkim::status_of({.reason = reason, .verified = true});
    const bool passes = reason == Reason::none || reason == Reason::partial_body ||
                        reason == Reason::repeated_field;
    CHECK((status == Status::pass) == passes);
    const bool may_pass_yet = reason == Reason::key_unavailable || reason == Reason::clock_in_doubt;
    CHECK((status == Status::temperror) == may_pass_yet);
  }
  CHECK(dkim::status_of({.reason = Reason::partial_body}) == Status::policy);
  CHECK(dkim::status_of({.reason = Reason::repeated_field}) == Status::policy);
  CHECK(dkim::name(Reason::body_hash_mismatch) == "body_hash_mismatch");
  CHECK(dkim::name(Status::temperror) == "temperror");
}
