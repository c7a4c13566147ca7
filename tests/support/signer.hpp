#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "verify/crypto/crypto.hpp"
#include "verify/mail/headers.hpp"

// Signs test messages: the other half of what verify/dkim and verify/arc check.
namespace support {

class SigningKey {
 public:
  [[nodiscard]] static const SigningKey& rsa();      // 1024 bits, made once a program run.
  [[nodiscard]] static const SigningKey& ed25519();  // That of RFC 8463 appendix A.2.

  [[nodiscard]] std::string public_base64() const;  // What p= holds.
  [[nodiscard]] std::string record() const;         // "v=DKIM1; k=...; p=..."
  [[nodiscard]] crypto::Bytes sign(const crypto::Sha256& digest) const;

 private:
  struct Key;
  explicit SigningKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;
};

// A SubjectPublicKeyInfo in base64 with a modulus of that many bits, which is no product of primes.
[[nodiscard]] std::string hollow_rsa_key(int bits);

using Fields = std::vector<mail::HeaderField>;  // Top first.

[[nodiscard]] mail::Headers to_headers(const Fields& fields);

// The field `name: tags; bh=...; b=...`, which signs `fields` and `body` as `tags` say.
// REQUIRES: `tags` hold a valid field but for bh= and b=.
[[nodiscard]] mail::HeaderField sign(const Fields& fields, std::string_view body,
                                     const SigningKey& key, std::string_view tags,
                                     std::string_view name = "DKIM-Signature");

// What makes up the ARC set to add.
struct ArcSet {
  std::string instance = "1";
  std::string cv = "none";
  std::string results = "receiver.example; spf=pass smtp.mailfrom=example.com";
  std::string identity = "d=sealer.example; s=seal; a=rsa-sha256";
  std::string message_tags = "c=relaxed/relaxed; h=from:to:subject";
  std::string message_selector;  // Of the message signature, when it is not that of the seal.
};

// Puts the three fields of an ARC set on top of `fields` (RFC 8617 §5.1).
[[nodiscard]] Fields seal(Fields fields, std::string_view body, const SigningKey& key,
                          const ArcSet& set);

}  // namespace support
