#include "verify/crypto/der.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace crypto {

namespace {

enum class Tag : std::uint8_t {
  integer = 0x02,
  bit_string = 0x03,
  null = 0x05,
  object_identifier = 0x06,
  sequence = 0x30,
};

constexpr std::size_t der_octets_max = 4096;  // An RSA key of 8192 bits needs 1,062.

// rsaEncryption, 1.2.840.113549.1.1.1 (RFC 8017 appendix C).
constexpr std::array<std::byte, 9> rsa_encryption = {
    std::byte{0x2A}, std::byte{0x86}, std::byte{0x48}, std::byte{0x86}, std::byte{0xF7},
    std::byte{0x0D}, std::byte{0x01}, std::byte{0x01}, std::byte{0x01}};

// Takes one value after another from the front of its octets.
class Reader {
 public:
  explicit Reader(ByteView octets) noexcept : rest_(octets) {}

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }

  // The contents of the next value when it has that tag.
  [[nodiscard]] std::optional<ByteView> take(Tag tag) {
    if (rest_.size() < 2 || rest_[0] != static_cast<std::byte>(tag)) return std::nullopt;
    auto length = std::to_integer<std::size_t>(rest_[1]);
    std::size_t start = 2;
    if (length >= 0x80) {  // Long form: so many octets of length follow.
      const std::size_t octets = length & 0x7F;
      if (octets == 0 || octets > 2 || rest_.size() < 2 + octets) return std::nullopt;
      length = 0;
      for (; start < 2 + octets; ++start) {
        length = length << 8 | std::to_integer<std::size_t>(rest_[start]);
      }
    }
    if (length > rest_.size() - start) return std::nullopt;
    const ByteView contents = rest_.subspan(start, length);
    rest_ = rest_.subspan(start + length);
    return contents;
  }

  // A positive INTEGER without its leading zeros.
  [[nodiscard]] std::optional<ByteView> take_positive() {
    const auto contents = take(Tag::integer);
    if (!contents || contents->empty()) return std::nullopt;
    if ((contents->front() & std::byte{0x80}) != std::byte{0}) return std::nullopt;  // Negative.
    const auto first =
        std::ranges::find_if(*contents, [](std::byte b) { return b != std::byte{0}; });
    const ByteView number(first, contents->end());
    if (number.empty()) return std::nullopt;
    return number;
  }

 private:
  ByteView rest_;
};

std::optional<RsaNumbers> parse_numbers(ByteView contents) {
  Reader reader(contents);
  const auto modulus = reader.take_positive();
  const auto exponent = reader.take_positive();
  if (!modulus || !exponent || !reader.empty()) return std::nullopt;
  return RsaNumbers{*modulus, *exponent};
}

std::optional<RsaNumbers> parse_rsa_public_key(ByteView der) {
  Reader reader(der);
  const auto contents = reader.take(Tag::sequence);
  if (!contents || !reader.empty()) return std::nullopt;
  return parse_numbers(*contents);
}

}  // namespace

std::optional<RsaNumbers> parse_rsa_key(ByteView der) {
  if (der.size() > der_octets_max) return std::nullopt;
  Reader outer(der);
  const auto contents = outer.take(Tag::sequence);
  if (!contents || !outer.empty()) return std::nullopt;
  Reader inner(*contents);
  const auto algorithm = inner.take(Tag::sequence);
  if (!algorithm) return parse_numbers(*contents);  // No AlgorithmIdentifier: RSAPublicKey.

  Reader identifier(*algorithm);
  const auto name = identifier.take(Tag::object_identifier);
  if (!name || !std::ranges::equal(*name, rsa_encryption)) return std::nullopt;
  const auto key = inner.take(Tag::bit_string);
  // The first octet counts unused bits; whole octets leave none.
  if (!key || key->empty() || key->front() != std::byte{0} || !inner.empty()) return std::nullopt;
  return parse_rsa_public_key(key->subspan(1));
}

}  // namespace crypto
