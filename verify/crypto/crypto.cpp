#include "verify/crypto/crypto.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "base/guarded.hpp"
#include "verify/crypto/der.hpp"

namespace crypto {

namespace {

constexpr int rsa_bits_max = 8192;
constexpr std::size_t rsa_exponent_octets_max = 4;
constexpr std::size_t ed25519_octets = 32;
constexpr std::size_t idle_contexts_max = 2;  // Of one key; about a kilobyte each.

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

// Fetched once: a fetch costs as much as hashing a kilobyte (OpenSSL 3.0 crypto(7), performance).
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

const unsigned char* data_of(ByteView octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

// OSSL_PARAM numbers are in the machine's own order.
Bytes native_number(ByteView big_endian) {
  Bytes number(big_endian.begin(), big_endian.end());
  if constexpr (std::endian::native == std::endian::little) std::ranges::reverse(number);
  return number;
}

OSSL_PARAM number_parameter(const char* name, Bytes& number) {
  return OSSL_PARAM_construct_BN(name, reinterpret_cast<unsigned char*>(number.data()),
                                 number.size());
}

int bits_of(ByteView number) {
  return static_cast<int>(number.size() * 8) -
         std::countl_zero(std::to_integer<std::uint8_t>(number.front()));
}

bool is_odd(ByteView number) { return (number.back() & std::byte{1}) != std::byte{0}; }

KeyPointer make_rsa(const RsaNumbers& numbers) {
  Bytes modulus = native_number(numbers.modulus);
  Bytes exponent = native_number(numbers.exponent);
  OSSL_PARAM parameters[] = {number_parameter(OSSL_PKEY_PARAM_RSA_N, modulus),
                             number_parameter(OSSL_PKEY_PARAM_RSA_E, exponent),
                             OSSL_PARAM_construct_end()};
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return nullptr;
  }
  return KeyPointer(key);
}

}  // namespace

struct Digest::Context {
  DigestContext evp;
};

Digest::Digest() : context_(new Context{DigestContext(EVP_MD_CTX_new())}) {
  // Can only fail for want of memory.
  if (!context_->evp || EVP_DigestInit_ex2(context_->evp.get(), sha256_algorithm(), nullptr) != 1) {
    throw std::bad_alloc();
  }
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(ByteView data) {
  EVP_DigestUpdate(context_->evp.get(), data.data(), data.size());
}

Digest Digest::fork() const {
  Digest other;
  if (EVP_MD_CTX_copy_ex(other.context_->evp.get(), context_->evp.get()) != 1) {
    throw std::bad_alloc();
  }
  return other;
}

Sha256 Digest::value() const {
  const Digest other = fork();
  Sha256 value{};
  EVP_DigestFinal_ex(other.context_->evp.get(), reinterpret_cast<unsigned char*>(value.data()),
                     nullptr);
  return value;
}

Sha256 sha256(ByteView data) {
  Sha256 value{};
  if (EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(value.data()), nullptr,
                 sha256_algorithm(), nullptr) != 1) {
    throw std::bad_alloc();
  }
  return value;
}

struct PublicKey::Key {
  KeyPointer evp;
  KeyType type = KeyType::rsa;
  int bits = 0;
  // Ready to verify with this RSA key, and not in use now: making one costs a tenth of what it
  // does.
  mutable base::Guarded<std::vector<KeyContext>> idle{};

  [[nodiscard]] KeyContext take_context() const;
  void give_back(KeyContext context) const;
};

namespace {

KeyContext make_rsa_context(EVP_PKEY* key) {
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), sha256_algorithm()) != 1) {
    return nullptr;
  }
  return context;
}

}  // namespace

KeyContext PublicKey::Key::take_context() const {
  {
    const auto contexts = idle.lock();
    if (!contexts->empty()) {
      KeyContext context = std::move(contexts->back());
      contexts->pop_back();
      return context;
    }
  }
  return make_rsa_context(evp.get());
}

void PublicKey::Key::give_back(KeyContext context) const {
  const auto contexts = idle.lock();
  if (contexts->size() < idle_contexts_max) contexts->push_back(std::move(context));
}

PublicKey::PublicKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}

std::optional<PublicKey> PublicKey::rsa(ByteView der) {
  const auto numbers = parse_rsa_key(der);
  if (!numbers) return std::nullopt;
  const int bits = bits_of(numbers->modulus);
  const bool exponent_is_one =
      numbers->exponent.size() == 1 && numbers->exponent.front() == std::byte{1};
  if (bits > rsa_bits_max || numbers->exponent.size() > rsa_exponent_octets_max ||
      exponent_is_one || !is_odd(numbers->exponent) || !is_odd(numbers->modulus)) {
    return std::nullopt;
  }
  KeyPointer key = make_rsa(*numbers);
  if (!key) return std::nullopt;
  return PublicKey(std::make_shared<const Key>(std::move(key), KeyType::rsa, bits));
}

std::optional<PublicKey> PublicKey::ed25519(ByteView octets) {
  if (octets.size() != ed25519_octets) return std::nullopt;
  KeyPointer key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, data_of(octets), octets.size()));
  if (!key) return std::nullopt;
  return PublicKey(std::make_shared<const Key>(std::move(key), KeyType::ed25519, 256));
}

KeyType PublicKey::type() const noexcept { return key_->type; }

int PublicKey::bits() const noexcept { return key_->bits; }

bool PublicKey::verify(const Sha256& digest, ByteView signature) const {
  // OpenSSL locks what it caches inside the key, so threads may share it (EVP_PKEY_verify(3) works
  // on the context, which is ours alone).
  if (key_->type == KeyType::ed25519) {
    const DigestContext context(EVP_MD_CTX_new());
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_->evp.get()) == 1 &&
           EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(digest),
                            digest.size()) == 1;
  }
  KeyContext context = key_->take_context();
  if (!context) return false;
  const bool good = EVP_PKEY_verify(context.get(), data_of(signature), signature.size(),
                                    data_of(digest), digest.size()) == 1;
  key_->give_back(std::move(context));
  return good;
}

}  // namespace crypto
