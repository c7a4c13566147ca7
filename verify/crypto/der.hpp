#pragma once

#include <optional>

#include "verify/crypto/base64.hpp"

namespace crypto {

// The numbers of an RSA key, big-endian, without leading zeros; they point into the DER that was
// parsed.
struct RsaNumbers {
  ByteView modulus;   // The n of RFC 8017 §3.1.
  ByteView exponent;  // The e of it.
};

// Reads SubjectPublicKeyInfo (RFC 5280 §4.1) or RSAPublicKey (RFC 8017 §A.1.1). Nothing for any
// other algorithm, negative or zero numbers, wrong lengths, or left-over octets. Pure. OpenSSL
// could do it too, but spends 20 times as long.
[[nodiscard]] std::optional<RsaNumbers> parse_rsa_key(ByteView der);

}  // namespace crypto
