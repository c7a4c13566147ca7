#include "verify/dkim/signature.hpp"

#include <string>

#include <catch2/catch.hpp>

using dkim::Reason;

namespace {

const std::string empty_hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

// A whole field with `changes` made: each "x=y" replaces or adds tag x, each "x" removes it.
std::string field(const std::vector<std::string>& changes = {}) {
  std::vector<std::pair<std::string, std::string>> tags = {
      {"v", "1"},         {"a", "rsa-sha256"}, {"d", "example.com"}, {"s", "sel"},
      {"h", "From : to"}, {"bh", empty_hash},  {"b", "c2ln"}};
  for (const std::string& change : changes) {
    const std::string name = change.substr(0, change.find('='));
    std::erase_if(tags, [&](const auto& tag) { return tag.first == name; });
    if (change != name) tags.emplace_back(name, change.substr(name.size() + 1));
  }
  std::string text;
  for (const auto& [name, value] : tags)
    text += " " + name + "=" + value + ";\r\n";
  return text;
}

Reason reason_of_signature(const std::string& text) {
  const auto signature = dkim::parse_signature(text);
  return signature ? Reason::none : signature.error();
}

base::WallTime at(std::int64_t seconds) { return base::WallTime(base::Seconds(seconds)); }

}  // namespace

TEST_CASE("a signature without options means simple/simple", "[dkim][RFC 6376 §3.5]") {
  const auto signature = dkim::parse_signature(field());
  REQUIRE(signature);
  CHECK(signature->algorithm == dkim::Algorithm::rsa_sha256);
  CHECK(signature->header_canon == dkim::Canon::simple);
  CHECK(signature->body_canon == dkim::Canon::simple);
  CHECK(signature->domain.text() == "example.com");
  CHECK(signature->selector == "sel");
  CHECK(signature->key_name == "sel._domainkey.example.com");
  CHECK(signature->identity.empty());
  CHECK(signature->signed_fields == std::vector<std::string>{"from", "to"});
  CHECK(crypto::to_base64(signature->body_hash) == empty_hash);
  CHECK(crypto::to_base64(signature->signature) == "c2ln");
  CHECK_FALSE(signature->body_length);
  CHECK_FALSE(signature->signed_at);
  CHECK_FALSE(signature->expires_at);
}

TEST_CASE("every tag is read", "[dkim][RFC 6376 §3.5]") {
  const auto signature =
      dkim::parse_signature(field({"a=ed25519-sha256", "c=relaxed/simple", "d=Example.COM", "s=A.b",
                                   "i=joe =40\r\n x@Mail.example.com", "l=42", "q=x/y : dns/txt",
                                   "t=1000", "x=1001", "z=From:nobody", "unknown=1"}));
  REQUIRE(signature);
  CHECK(signature->algorithm == dkim::Algorithm::ed25519_sha256);
  CHECK(signature->header_canon == dkim::Canon::relaxed);
  CHECK(signature->body_canon == dkim::Canon::simple);
  CHECK(signature->selector == "A.b");
  CHECK(signature->key_name == "a.b._domainkey.example.com");
  CHECK(signature->identity == "joe=40x@Mail.example.com");
  CHECK(signature->identity_in_subdomain);
  CHECK(signature->body_length == 42);
  CHECK(signature->signed_at == at(1000));
  CHECK(signature->expires_at == at(1001));
}

TEST_CASE("c= with one name leaves the body simple", "[dkim][RFC 6376 §3.5]") {
  const auto signature = dkim::parse_signature(field({"c=relaxed"}));
  REQUIRE(signature);
  CHECK(signature->header_canon == dkim::Canon::relaxed);
  CHECK(signature->body_canon == dkim::Canon::simple);
}

TEST_CASE("U-labels become A-labels for DNS only", "[dkim][RFC 8616 §4]") {
  const auto signature =
      dkim::parse_signature(field({"d=bücher.example", "s=süd", "i=grün@bücher.example"}));
  REQUIRE(signature);
  CHECK(signature->selector == "süd");
  CHECK(signature->key_name == "xn--sd-xka._domainkey.xn--bcher-kva.example");
  CHECK_FALSE(signature->identity_in_subdomain);
}

TEST_CASE("a field with one fault is refused with that reason", "[dkim][RFC 6376 §6.1.1]") {
  struct Row {
    std::string change;
    Reason reason;
  };
  const std::string label(63, 'a');
  const std::string long_name = label + "." + label + "." + label + "." + label.substr(1);
  const auto row = GENERATE_COPY(values<Row>({
      {"v", Reason::missing_tag},
      {"a", Reason::missing_tag},
      {"b", Reason::missing_tag},
      {"bh", Reason::missing_tag},
      {"d", Reason::missing_tag},
      {"h", Reason::missing_tag},
      {"s", Reason::missing_tag},
      {"v=", Reason::unknown_version},
      {"v=2", Reason::unknown_version},
      {"v=1.0", Reason::unknown_version},
      {"a=", Reason::unknown_algorithm},
      {"a=rsa-sha512", Reason::unknown_algorithm},
      {"a=RSA-SHA256", Reason::unknown_algorithm},
      {"a=rsa-sha1", Reason::forbidden_algorithm},  // RFC 8301 §3.1
      {"c=", Reason::unknown_canon},
      {"c=nofws", Reason::unknown_canon},
      {"c=relaxed/", Reason::unknown_canon},
      {"c=simple/simple/simple", Reason::unknown_canon},
      {"q=dns/http", Reason::unknown_query_method},
      {"q=", Reason::unknown_query_method},
      {"h=to:subject", Reason::from_not_signed},
      {"h=x-from:fromage", Reason::from_not_signed},
      {"i=joe@example.net", Reason::identity_outside_domain},
      {"i=@badexample.com", Reason::identity_outside_domain},
      {"i=@com", Reason::identity_outside_domain},
      {"i=example.com", Reason::syntax},
      {"i=@", Reason::syntax},
      {"i=", Reason::syntax},
      {"b=", Reason::syntax},
      {"b=c2lnb", Reason::syntax},
      {"b=c2l*", Reason::syntax},
      {"bh=", Reason::syntax},
      {"bh=c2ln", Reason::syntax},  // Not 32 octets.
      {"bh=" + empty_hash + empty_hash, Reason::syntax},
      {"d=", Reason::syntax},
      {"d=example.com.", Reason::syntax},
      {"d=.example.com", Reason::syntax},
      {"d=exa mple.com", Reason::syntax},
      {"d=" + long_name, Reason::syntax},  // No room for the selector.
      {"s=", Reason::syntax},
      {"s=a..b", Reason::syntax},
      {"s=a:b", Reason::syntax},
      {"h=", Reason::syntax},
      {"h=from:", Reason::syntax},
      {"h=from::to", Reason::syntax},
      {"h=from:t o", Reason::syntax},
      {"h=from:t\xC3\xB6", Reason::syntax},
      {"l=-1", Reason::syntax},
      {"l=all", Reason::syntax},
      {"l=", Reason::syntax},
      {"l=" + std::string(77, '1'), Reason::syntax},
      {"t=-1", Reason::syntax},
      {"t=", Reason::syntax},
      {"t=1000000000000", Reason::syntax},
      {"x=never", Reason::syntax},
      {"x=1000000000000", Reason::syntax},
  }));
  INFO(row.change);
  CHECK(dkim::name(reason_of_signature(field({row.change}))) == dkim::name(row.reason));
}

TEST_CASE("a tag list that is none is refused", "[dkim][RFC 6376 §3.2]") {
  CHECK(reason_of_signature("") == Reason::syntax);
  CHECK(reason_of_signature(field() + "x") == Reason::syntax);
  CHECK(reason_of_signature(field() + "; x=y") == Reason::syntax);
  CHECK(reason_of_signature(field() + "d=example.com") == Reason::duplicate_tag);
  CHECK(reason_of_signature(field() + "unknown=1; unknown=1") == Reason::duplicate_tag);
}

TEST_CASE("x= must be after t=", "[dkim][RFC 6376 §3.5]") {
  CHECK(reason_of_signature(field({"t=1000", "x=1000"})) == Reason::expires_before_signed);
  CHECK(reason_of_signature(field({"t=999999999999", "x=999999999998"})) ==
        Reason::expires_before_signed);
  CHECK(reason_of_signature(field({"t=999999999998", "x=999999999999"})) == Reason::none);
  CHECK(dkim::parse_signature(field({"x=999999999999"}))->expires_at > at(9'000'000'000));
}

TEST_CASE("l= of 76 digits does not overflow", "[dkim][RFC 6376 §3.5]") {
  const auto signature = dkim::parse_signature(field({"l=" + std::string(76, '9')}));
  REQUIRE(signature);
  CHECK(signature->body_length == UINT64_MAX);
  CHECK(dkim::parse_signature(field({"l=" + std::string(75, '0') + "7"}))->body_length == 7);
}

TEST_CASE("the size of h= and b= is bounded", "[dkim][limits]") {
  std::string names = "from";
  for (int i = 1; i < 1000; ++i)
    names += ":x";
  CHECK(reason_of_signature(field({"h=" + names})) == Reason::none);
  CHECK(reason_of_signature(field({"h=" + names + ":x"})) == Reason::syntax);
  const auto octets = [](std::size_t size) { return crypto::to_base64(crypto::Bytes(size)); };
  CHECK(reason_of_signature(field({"b=" + octets(1024)})) == Reason::none);
  CHECK(reason_of_signature(field({"b=" + octets(1025)})) == Reason::syntax);
  CHECK(reason_of_signature(field({"b=" + std::string(5000, ' ') + "c2ln"})) == Reason::none);
  CHECK(reason_of_signature(field({"b=c2ln" + std::string(5000, ' ') + "c2ln"})) == Reason::syntax);
}

TEST_CASE("the ARC forms differ in their tags", "[dkim][RFC 8617 §4.1]") {
  const auto read = [](const std::string& text, dkim::Form form) {
    return dkim::read_signature(*mail::TagList::parse(text), form);
  };
  CHECK(read(field({"v", "i=1"}), dkim::Form::arc_message_signature));
  CHECK(read(field({"v=2", "i=1"}), dkim::Form::arc_message_signature));
  CHECK_FALSE(read(field({"v", "i=1", "h"}), dkim::Form::arc_message_signature));
  const auto seal = read(field({"v", "i=1", "h", "bh", "c"}), dkim::Form::arc_seal);
  REQUIRE(seal);
  CHECK(seal->header_canon == dkim::Canon::relaxed);
  CHECK_FALSE(read(field({"v", "i=1", "bh", "c"}), dkim::Form::arc_seal));
}
