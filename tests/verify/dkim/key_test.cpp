#include "verify/dkim/key.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"

using dkim::Reason;

namespace {

Reason reason_of_key(const std::string& record) {
  const auto key = dkim::parse_key(record);
  return key ? Reason::none : key.error();
}

std::string p() { return "p=" + support::SigningKey::rsa().public_base64(); }

}  // namespace

TEST_CASE("a bare p= is an RSA key for everything", "[dkim][RFC 6376 §3.6.1]") {
  const auto key = dkim::parse_key(p());
  REQUIRE(key);
  CHECK(key->key.type() == crypto::KeyType::rsa);
  CHECK(key->key.bits() == 1024);
  CHECK_FALSE(key->testing);
  CHECK_FALSE(key->strict_identity);
}

TEST_CASE("the tags of a key record are read", "[dkim][RFC 6376 §3.6.1]") {
  const auto key =
      dkim::parse_key("v=DKIM1; h = sha1 : sha256 ; k=rsa; n=; s=x : email; t= y : s ;" + p());
  REQUIRE(key);
  CHECK(key->testing);
  CHECK(key->strict_identity);
  CHECK(dkim::parse_key("s=*;" + p()));
  CHECK(dkim::parse_key("g=nobody; unknown=1;" + p() + ";"));
  CHECK(dkim::parse_key(support::SigningKey::ed25519().record())->key.type() ==
        crypto::KeyType::ed25519);
}

TEST_CASE("a record with a fault is refused with that reason", "[dkim][RFC 6376 §6.1.2]") {
  struct Row {
    std::string record;
    Reason reason;
  };
  const std::string ed25519 = support::SigningKey::ed25519().public_base64();
  const auto row = GENERATE_COPY(values<Row>({
      {"", Reason::key_syntax},
      {"v=spf1 -all", Reason::key_syntax},
      {"k=rsa", Reason::key_syntax},
      {"p", Reason::key_syntax},
      {p() + ";" + p(), Reason::key_syntax},
      {"k=rsa; v=DKIM1; " + p(), Reason::key_syntax},
      {"v=DKIM2; " + p(), Reason::key_syntax},
      {"v=dkim1; " + p(), Reason::key_syntax},
      {"p=!", Reason::key_syntax},
      {"p=AAAA", Reason::key_syntax},
      {"p=" + support::hollow_rsa_key(8193), Reason::key_syntax},
      {"p=" + std::string(5000, 'A'), Reason::key_syntax},
      {"k=ed25519; " + p(), Reason::key_syntax},
      {"k=rsa; p=" + ed25519, Reason::key_syntax},
      {"v=DKIM1; p=", Reason::key_revoked},
      {"p= ; k=rsa", Reason::key_revoked},
      {"k=rsa2; " + p(), Reason::unknown_key_type},
      {"k=; " + p(), Reason::unknown_key_type},
      {"s=tlsrpt; " + p(), Reason::key_not_for_mail},  // RFC 8460 §3
      {"s=emails:*x; " + p(), Reason::key_not_for_mail},
      {"h=sha1; " + p(), Reason::key_not_for_hash},
      {"h=; " + p(), Reason::key_not_for_hash},
  }));
  INFO(row.record);
  CHECK(dkim::name(reason_of_key(row.record)) == dkim::name(row.reason));
}

TEST_CASE("the key is asked for below the signing domain", "[dkim][RFC 6376 §3.6.2.1]") {
  dkim::Signature signature(*base::Domain::parse("example.com"));
  signature.key_name = "s._domainkey.example.com";
  CHECK(dkim::key_question(signature) == dns::Question{"s._domainkey.example.com", dns::Type::txt});
}
