#include "verify/crypto/digest.hpp"

#include <array>
#include <span>

#include "verify/crypto/crypto.hpp"

namespace crypto {

namespace {

constexpr std::size_t digest_octets = 16;
constexpr std::size_t block_octets = 64;  // Of SHA-256.

std::string hex(const crypto::Sha256& hash) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::byte octet : std::span(hash).first<digest_octets>()) {
    out += digits[std::to_integer<unsigned>(octet) >> 4];
    out += digits[std::to_integer<unsigned>(octet) & 15];
  }
  return out;
}

}  // namespace

std::string digest(std::string_view text) { return hex(crypto::sha256(crypto::bytes_of(text))); }

std::string keyed_digest(std::string_view key, std::string_view text) {
  // RFC 2104 §2: H(K xor opad, H(K xor ipad, text)), a key longer than a block being hashed first.
  crypto::Sha256 hashed_key{};
  crypto::ByteView octets = crypto::bytes_of(key);
  if (octets.size() > block_octets) {
    hashed_key = crypto::sha256(octets);
    octets = hashed_key;
  }
  std::array<std::byte, block_octets> inner{};
  std::array<std::byte, block_octets> outer{};
  for (std::size_t i = 0; i < block_octets; ++i) {
    const std::byte octet = i < octets.size() ? octets[i] : std::byte{0};
    inner[i] = octet ^ std::byte{0x36};
    outer[i] = octet ^ std::byte{0x5C};
  }
  crypto::Digest first;
  first.update(inner);
  first.update(crypto::bytes_of(text));
  crypto::Digest second;
  second.update(outer);
  second.update(first.value());
  return hex(second.value());
}

}  // namespace crypto
