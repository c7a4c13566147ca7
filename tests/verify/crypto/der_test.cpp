#include "verify/crypto/der.hpp"

#include <catch2/catch.hpp>

namespace {

crypto::Bytes octets(std::initializer_list<int> values) {
  crypto::Bytes out;
  for (const int value : values)
    out.push_back(static_cast<std::byte>(value));
  return out;
}

// SubjectPublicKeyInfo with modulus 0x8001 and exponent 3.
const crypto::Bytes key_info = octets(
    {0x30, 0x1D, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05,
     0x00, 0x03, 0x0C, 0x00, 0x30, 0x09, 0x02, 0x04, 0x00, 0x00, 0x80, 0x01, 0x02, 0x01, 0x03});

}  // namespace

TEST_CASE("SubjectPublicKeyInfo and RSAPublicKey give the same numbers",
          "[crypto][RFC 8017 §A.1.1]") {
  for (const std::size_t start : {0, 20}) {
    const auto numbers = crypto::parse_rsa_key(crypto::ByteView(key_info).subspan(start));
    REQUIRE(numbers);
    CHECK(crypto::to_base64(numbers->modulus) == "gAE=");
    CHECK(crypto::to_base64(numbers->exponent) == "Aw==");
  }
}

TEST_CASE("a key cut off anywhere is refused", "[crypto][RFC 5280 §4.1]") {
  for (std::size_t size = 0; size < key_info.size(); ++size) {
    CHECK_FALSE(crypto::parse_rsa_key(crypto::ByteView(key_info).first(size)));
  }
  crypto::Bytes longer = key_info;
  longer.push_back(std::byte{0});
  CHECK_FALSE(crypto::parse_rsa_key(longer));
}

TEST_CASE("no change of one octet makes the reader run away", "[crypto]") {
  for (std::size_t i = 0; i < key_info.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      crypto::Bytes changed = key_info;
      changed[i] = static_cast<std::byte>(value);
      const auto numbers = crypto::parse_rsa_key(changed);
      if (numbers) CHECK(numbers->modulus.size() + numbers->exponent.size() <= 5);
    }
  }
}

TEST_CASE("numbers must be positive, and the algorithm RSA", "[crypto][RFC 8017 §A.1.1]") {
  CHECK_FALSE(crypto::parse_rsa_key(octets({0x30, 6, 2, 1, 0x80, 2, 1, 3})));
  CHECK_FALSE(crypto::parse_rsa_key(octets({0x30, 6, 2, 1, 0, 2, 1, 3})));
  CHECK_FALSE(crypto::parse_rsa_key(octets({0x30, 5, 2, 0, 2, 1, 3})));
  CHECK_FALSE(crypto::parse_rsa_key(octets({0x30, 0x80, 2, 1, 5, 2, 1, 3, 0, 0})));
  crypto::Bytes other = key_info;
  other[14] = std::byte{7};  // id-RSAES-OAEP
  CHECK_FALSE(crypto::parse_rsa_key(other));
}
