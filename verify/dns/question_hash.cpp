#include "verify/dns/question_hash.hpp"

#include <bit>
#include <random>
#include <string_view>

namespace dns {

namespace {

// SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF").
class SipHash {
 public:
  explicit SipHash(HashKey key)
      : v0_(key.first ^ 0x736f6d6570736575),
        v1_(key.second ^ 0x646f72616e646f6d),
        v2_(key.first ^ 0x6c7967656e657261),
        v3_(key.second ^ 0x7465646279746573) {}

  void word(std::uint64_t value) {
    v3_ ^= value;
    round();
    v0_ ^= value;
  }

  [[nodiscard]] std::uint64_t finish() {
    v2_ ^= 0xff;
    for (int i = 0; i < 3; ++i)
      round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

std::uint64_t little_endian(std::string_view octets) {
  std::uint64_t value = 0;
  for (std::size_t i = octets.size(); i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(octets[i]);
  }
  return value;
}

}  // namespace

HashKey HashKey::random() {
  std::random_device device;
  const auto word = [&] { return std::uint64_t{device()} << 32 | device(); };
  return {word(), word()};
}

std::uint64_t hash_of(const Question& question, HashKey key) {
  SipHash hash(key);
  std::string_view name = question.name;
  for (; name.size() >= 8; name.remove_prefix(8))
    hash.word(little_endian(name.substr(0, 8)));
  hash.word(little_endian(name) | std::uint64_t{question.name.size() & 0xFF} << 56);
  hash.word(static_cast<std::uint64_t>(question.type));
  return hash.finish();
}

}  // namespace dns
