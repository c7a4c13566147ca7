#include "verify/dkim/key.hpp"

#include <initializer_list>
#include <utility>

#include "base/text.hpp"
#include "verify/mail/tag_list.hpp"

namespace dkim {

namespace {

constexpr std::size_t key_characters_max = 4096;  // Of p=; RSA with 8192 bits needs 1,416.

// True when one of the colon-separated items of `list` is one of `wanted`.
bool lists_any(std::string_view list, std::initializer_list<std::string_view> wanted) {
  while (true) {
    const std::size_t end = list.find(':');
    const std::string_view item = base::trim(list.substr(0, end));
    for (const std::string_view value : wanted) {
      if (item == value) return true;
    }
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
}

base::Result<crypto::PublicKey, Reason> parse_public_key(std::string_view type,
                                                         std::string_view value) {
  // RFC 6376 §3.6.1: an empty value means that this key has been revoked.
  if (value.empty()) return std::unexpected(Reason::key_revoked);
  if (value.size() > key_characters_max) return std::unexpected(Reason::key_syntax);
  const auto octets = crypto::from_base64(value);
  if (!octets) return std::unexpected(Reason::key_syntax);
  auto key = type == "rsa" ? crypto::PublicKey::rsa(*octets) : crypto::PublicKey::ed25519(*octets);
  if (!key) return std::unexpected(Reason::key_syntax);
  return std::move(*key);
}

}  // namespace

base::Result<Key, Reason> parse_key(std::string_view record) {
  const auto tags = mail::TagList::parse(record);
  if (!tags) return std::unexpected(Reason::key_syntax);
  // RFC 6376 §3.6.1: v=, if present, MUST be the first tag and "DKIM1"; else discard the record.
  if (const auto version = tags->find("v")) {
    if (tags->tags().front().name != "v" || version != "DKIM1") {
      return std::unexpected(Reason::key_syntax);
    }
  }
  const auto value = tags->find("p");
  if (!value) return std::unexpected(Reason::key_syntax);
  // RFC 6376 §3.6.1: unrecognized key types MUST be ignored; RFC 8463 §4 adds the second.
  const std::string_view type = tags->find("k").value_or("rsa");
  if (type != "rsa" && type != "ed25519") return std::unexpected(Reason::unknown_key_type);
  // RFC 6376 §3.6.1: "*" matches all service types; without "email" the record is not for mail.
  if (!lists_any(tags->find("s").value_or("*"), {"*", "email"})) {
    return std::unexpected(Reason::key_not_for_mail);
  }
  if (!lists_any(tags->find("h").value_or("sha256"), {"sha256"})) {
    return std::unexpected(Reason::key_not_for_hash);
  }
  auto key = parse_public_key(type, *value);
  if (!key) return std::unexpected(key.error());
  const std::string_view flags = tags->find("t").value_or("");
  return Key{std::move(*key), lists_any(flags, {"y"}), lists_any(flags, {"s"})};
}

dns::Question key_question(const Signature& signature) {
  return {signature.key_name, dns::Type::txt};
}

}  // namespace dkim
