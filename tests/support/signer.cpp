#include "tests/support/signer.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "verify/dkim/body_hashes.hpp"
#include "verify/dkim/canonical.hpp"
#include "verify/dkim/header_hash.hpp"
#include "verify/dkim/signature.hpp"

namespace support {

namespace {

constexpr std::size_t octets_max = 1 << 24;

// RFC 8463 appendix A.2.
constexpr std::string_view ed25519_secret = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

const unsigned char* data_of(crypto::ByteView octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

unsigned char* data_of(crypto::Bytes& octets) {
  return reinterpret_cast<unsigned char*>(octets.data());
}

void append_der(crypto::Bytes& out, unsigned char tag, const crypto::Bytes& contents) {
  out.push_back(std::byte{tag});
  out.push_back(std::byte{0x82});
  out.push_back(static_cast<std::byte>(contents.size() >> 8));
  out.push_back(static_cast<std::byte>(contents.size()));
  out.insert(out.end(), contents.begin(), contents.end());
}

dkim::Signature parse(const mail::HeaderField& field, bool arc) {
  const auto tags = mail::TagList::parse(field.value);
  if (!tags) std::abort();
  auto signature = dkim::read_signature(
      *tags, arc ? dkim::Form::arc_message_signature : dkim::Form::dkim_signature);
  if (!signature) std::abort();
  return std::move(*signature);
}

std::string body_hash(std::string_view body, const dkim::Signature& signature) {
  dkim::BodyHashes hashes;
  hashes.want(dkim::body_hash_spec(signature));
  hashes.feed(body);
  hashes.finish();
  return crypto::to_base64(hashes.of(dkim::body_hash_spec(signature))->value);
}

}  // namespace

struct SigningKey::Key {
  EVP_PKEY* evp;
  bool is_rsa;

  Key(EVP_PKEY* key, bool rsa) : evp(key), is_rsa(rsa) {}
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { EVP_PKEY_free(evp); }
};

const SigningKey& SigningKey::rsa() {
  static const SigningKey key(std::make_shared<const Key>(EVP_RSA_gen(1024), true));
  return key;
}

const SigningKey& SigningKey::ed25519() {
  static const SigningKey key = [] {
    const crypto::Bytes secret = *crypto::from_base64(ed25519_secret);
    return SigningKey(std::make_shared<const Key>(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(secret), secret.size()),
        false));
  }();
  return key;
}

std::string SigningKey::public_base64() const {
  if (!key_->is_rsa) {
    crypto::Bytes octets(32);
    std::size_t size = octets.size();
    EVP_PKEY_get_raw_public_key(key_->evp, data_of(octets), &size);
    return crypto::to_base64(octets);
  }
  crypto::Bytes octets(static_cast<std::size_t>(i2d_PUBKEY(key_->evp, nullptr)));
  unsigned char* at = data_of(octets);
  i2d_PUBKEY(key_->evp, &at);
  return crypto::to_base64(octets);
}

std::string SigningKey::record() const {
  return std::string("v=DKIM1; k=") + (key_->is_rsa ? "rsa" : "ed25519") + "; p=" + public_base64();
}

crypto::Bytes SigningKey::sign(const crypto::Sha256& digest) const {
  crypto::Bytes signature(1024);
  std::size_t size = signature.size();
  if (key_->is_rsa) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key_->evp, nullptr);
    EVP_PKEY_sign_init(context);
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
    EVP_PKEY_sign(context, data_of(signature), &size, data_of(digest), digest.size());
    EVP_PKEY_CTX_free(context);
  } else {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_->evp);
    EVP_DigestSign(context, data_of(signature), &size, data_of(digest), digest.size());
    EVP_MD_CTX_free(context);
  }
  signature.resize(size);
  return signature;
}

std::string hollow_rsa_key(int bits) {
  crypto::Bytes modulus(static_cast<std::size_t>(bits) / 8 + 1, std::byte{0xFF});
  modulus.front() = static_cast<std::byte>((1 << bits % 8) - 1);
  crypto::Bytes numbers;
  append_der(numbers, 0x02, modulus);
  append_der(numbers, 0x02, {std::byte{1}, std::byte{0}, std::byte{1}});
  crypto::Bytes key;
  append_der(key, 0x30, numbers);
  return crypto::to_base64(key);
}

mail::Headers to_headers(const Fields& fields) {
  mail::Headers headers;
  for (const mail::HeaderField& field : fields) {
    if (!headers.add(field, octets_max)) std::abort();
  }
  return headers;
}

mail::HeaderField sign(const Fields& fields, std::string_view body, const SigningKey& key,
                       std::string_view tags, std::string_view name) {
  const bool arc = name == "ARC-Message-Signature";
  const std::string start = " " + std::string(tags) + "; bh=";
  // Placeholders: what the tags mean is read before the hashes they need are there.
  mail::HeaderField field{std::string(name), start + std::string(43, 'A') + "=; b=AAAA"};
  const std::string hash = body_hash(body, parse(field, arc));
  field.value = start + hash + "; b=AAAA";
  const dkim::Signature signature = parse(field, arc);
  const crypto::Sha256 digest = dkim::header_hash(to_headers(fields), field, signature);
  field.value = start + hash + "; b=" + crypto::to_base64(key.sign(digest));
  return field;
}

Fields seal(Fields fields, std::string_view body, const SigningKey& key, const ArcSet& set) {
  const std::string instance = "i=" + set.instance + "; ";
  const mail::HeaderField results{"ARC-Authentication-Results", " " + instance + set.results};
  std::string identity = set.identity;
  if (!set.message_selector.empty()) {
    const std::size_t start = identity.find("s=") + 2;
    identity.replace(start, identity.find(';', start) - start, set.message_selector);
  }
  const mail::HeaderField message = sign(
      fields, body, key, instance + identity + "; " + set.message_tags, "ARC-Message-Signature");
  mail::HeaderField seal{"ARC-Seal", " " + instance + set.identity + "; cv=" + set.cv + "; b="};
  fields.insert(fields.begin(), {message, results});

  // RFC 8617 §5.1.1: sets from the oldest on, in each the results, the signature, the seal.
  std::string input;
  const auto append = [&](std::string_view name, const std::string& number) {
    for (const mail::HeaderField& field : fields) {
      if (field.name == name && field.value.starts_with(" i=" + number + ";")) {
        input += dkim::canonical_field(field, dkim::Canon::relaxed);
      }
    }
  };
  for (int i = 1; i <= std::atoi(set.instance.c_str()); ++i) {
    append("ARC-Authentication-Results", std::to_string(i));
    append("ARC-Message-Signature", std::to_string(i));
    append("ARC-Seal", std::to_string(i));
  }
  input += dkim::canonical_field(seal, dkim::Canon::relaxed);
  input.resize(input.size() - 2);
  seal.value += crypto::to_base64(key.sign(crypto::sha256(crypto::bytes_of(input))));
  fields.insert(fields.begin(), seal);
  return fields;
}

}  // namespace support
