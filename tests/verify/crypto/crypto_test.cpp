#include "verify/crypto/crypto.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"

using crypto::PublicKey;

namespace {

PublicKey public_half(const support::SigningKey& key) {
  const auto octets = crypto::from_base64(key.public_base64());
  REQUIRE(octets);
  const auto rsa = PublicKey::rsa(*octets);
  return rsa ? *rsa : *PublicKey::ed25519(*octets);
}

// An RSAPublicKey with a modulus of 64 bits and that exponent.
crypto::Bytes with_exponent(const std::vector<int>& exponent) {
  crypto::Bytes der = *crypto::from_base64("MAwCCQD//////////wI=");
  der.push_back(static_cast<std::byte>(exponent.size()));
  for (const int octet : exponent)
    der.push_back(static_cast<std::byte>(octet));
  der[1] = static_cast<std::byte>(der.size() - 2);
  return der;
}

}  // namespace

TEST_CASE("SHA-256 agrees with FIPS 180 at every cut", "[crypto]") {
  const std::string text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  const std::string expected = "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=";
  CHECK(crypto::to_base64(crypto::sha256(crypto::bytes_of(text))) == expected);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    crypto::Digest digest;
    digest.update(crypto::bytes_of(text).first(cut));
    CHECK(digest.value() == crypto::sha256(crypto::bytes_of(text).first(cut)));
    crypto::Digest fork = digest.fork();
    fork.update(crypto::bytes_of("other"));
    digest.update(crypto::bytes_of(text).subspan(cut));
    CHECK(crypto::to_base64(digest.value()) == expected);
  }
}

TEST_CASE("a signature verifies for its key, digest and octets only", "[crypto][RFC 8017 §8.2.2]") {
  const auto& signer = GENERATE(&support::SigningKey::rsa, &support::SigningKey::ed25519)();
  const PublicKey key = public_half(signer);
  const crypto::Sha256 digest = crypto::sha256(crypto::bytes_of("text"));
  const crypto::Bytes signature = signer.sign(digest);
  CHECK(key.verify(digest, signature));
  CHECK_FALSE(key.verify(crypto::sha256(crypto::bytes_of("Text")), signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    crypto::Bytes changed = signature;
    changed[i] ^= std::byte{1};
    CHECK_FALSE(key.verify(digest, changed));
    CHECK_FALSE(key.verify(digest, crypto::ByteView(signature).first(i)));
  }
  crypto::Bytes longer = signature;
  longer.push_back(std::byte{0});
  CHECK_FALSE(key.verify(digest, longer));
}

TEST_CASE("a key knows its type and size", "[crypto]") {
  CHECK(public_half(support::SigningKey::rsa()).type() == crypto::KeyType::rsa);
  CHECK(public_half(support::SigningKey::rsa()).bits() == 1024);
  CHECK(public_half(support::SigningKey::ed25519()).type() == crypto::KeyType::ed25519);
  for (const int bits : {1, 511, 512, 1023, 1025, 8191, 8192}) {
    const auto key = PublicKey::rsa(*crypto::from_base64(support::hollow_rsa_key(bits)));
    REQUIRE(key);
    CHECK(key->bits() == bits);
    CHECK_FALSE(key->verify({}, crypto::Bytes(static_cast<std::size_t>(bits + 7) / 8)));
  }
}

TEST_CASE("absurd RSA keys are refused", "[crypto][RFC 6376 §8.13]") {
  CHECK_FALSE(PublicKey::rsa(*crypto::from_base64(support::hollow_rsa_key(8193))));
  CHECK(PublicKey::rsa(with_exponent({3})));
  CHECK(PublicKey::rsa(with_exponent({0, 0xFF, 0xFF, 0xFF, 0xFF})));
  CHECK_FALSE(PublicKey::rsa(with_exponent({1})));
  CHECK_FALSE(PublicKey::rsa(with_exponent({4})));
  CHECK_FALSE(PublicKey::rsa(with_exponent({1, 0, 0, 0, 1})));
  CHECK_FALSE(PublicKey::rsa({}));
}

TEST_CASE("an Ed25519 key has 32 octets", "[crypto][RFC 8463 §4]") {
  const crypto::Bytes octets(33);
  CHECK_FALSE(PublicKey::ed25519(crypto::ByteView(octets).first(31)));
  CHECK_FALSE(PublicKey::ed25519(octets));
  CHECK_FALSE(PublicKey::ed25519({}));
}

TEST_CASE("threads may verify with one key at once", "[crypto]") {
  const auto& signer = GENERATE(&support::SigningKey::rsa, &support::SigningKey::ed25519)();
  const PublicKey key = public_half(signer);
  const crypto::Sha256 digest = crypto::sha256(crypto::bytes_of("text"));
  const crypto::Bytes signature = signer.sign(digest);
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 20; ++k)
          good += key.verify(digest, signature) ? 1 : 0;
      });
    }
  }
  CHECK(good == 80);
}
