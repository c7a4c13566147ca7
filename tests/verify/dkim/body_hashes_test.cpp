#include "verify/dkim/body_hashes.hpp"

#include <string>

#include <catch2/catch.hpp>

using dkim::BodyHashSpec;
using dkim::Canon;
using Coverage = dkim::BodyHash::Coverage;

namespace {

dkim::BodyHash hash(const BodyHashSpec& spec, std::string_view body) {
  dkim::BodyHashes hashes;
  hashes.want(spec);
  hashes.feed(body);
  hashes.finish();
  const auto result = hashes.of(spec);
  REQUIRE(result);
  return *result;
}

crypto::Sha256 sha256(std::string_view text) { return crypto::sha256(crypto::bytes_of(text)); }

}  // namespace

TEST_CASE("the hashes of the empty body are the known ones", "[dkim][RFC 6376 §3.4.3]") {
  CHECK(crypto::to_base64(hash({Canon::simple, {}}, "").value) ==
        "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  CHECK(crypto::to_base64(hash({Canon::relaxed, {}}, "").value) ==
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST_CASE("l= covers a part, the whole, or asks too much", "[dkim][RFC 6376 §3.5]") {
  const std::string body = "a  b\r\n\r\n";  // Relaxed: "a b" CRLF.
  CHECK(hash({Canon::relaxed, 3}, body).value == sha256("a b"));
  CHECK(hash({Canon::relaxed, 3}, body).coverage == Coverage::partial);
  CHECK(hash({Canon::relaxed, 5}, body).value == sha256("a b\r\n"));
  CHECK(hash({Canon::relaxed, 5}, body).coverage == Coverage::whole);
  CHECK(hash({Canon::relaxed, 6}, body).coverage == Coverage::too_short);
  CHECK(hash({Canon::relaxed, UINT64_MAX}, body).coverage == Coverage::too_short);
  CHECK(hash({Canon::relaxed, 0}, body).coverage == Coverage::partial);
  CHECK(hash({Canon::relaxed, 0}, "").coverage == Coverage::whole);
  CHECK(hash({Canon::relaxed, 0}, "").value == sha256(""));
}

TEST_CASE("several hashes come out of one pass, however it is cut", "[dkim]") {
  std::string body;
  for (int i = 0; i < 60; ++i)
    body += "line  " + std::string(static_cast<std::size_t>(i * 7), 'x') + " \r\n";
  const std::vector<BodyHashSpec> specs = {
      {Canon::relaxed, {}},  {Canon::simple, {}},   {Canon::relaxed, 10}, {Canon::relaxed, 0},
      {Canon::relaxed, 700}, {Canon::simple, 2000}, {Canon::relaxed, 10}};
  for (const std::size_t step : {1, 2, 3, 97, 1024, 65535}) {
    dkim::BodyHashes hashes;
    for (const BodyHashSpec& spec : specs)
      hashes.want(spec);
    for (std::size_t i = 0; i < body.size(); i += step) {
      hashes.feed(std::string_view(body).substr(i, step));
    }
    hashes.finish();
    for (const BodyHashSpec& spec : specs) {
      CHECK(hashes.of(spec)->value == hash(spec, body).value);
      CHECK(hashes.of(spec)->coverage == hash(spec, body).coverage);
    }
  }
}

TEST_CASE("the rest of the body is not wanted once every l= is passed", "[dkim]") {
  dkim::BodyHashes hashes;
  CHECK_FALSE(hashes.wants_more());
  hashes.want({Canon::simple, 3});
  hashes.want({Canon::relaxed, 1});
  hashes.feed("abc");
  CHECK(hashes.wants_more());  // Is there a fourth octet?
  hashes.feed("d");
  CHECK_FALSE(hashes.wants_more());
  hashes.finish();
  CHECK(hashes.of({Canon::simple, 3})->value == sha256("abc"));
  CHECK(hashes.of({Canon::simple, 3})->coverage == Coverage::partial);
  CHECK(hashes.of({Canon::relaxed, 1})->value == sha256("a"));
}

TEST_CASE("what was not wanted is not there", "[dkim]") {
  dkim::BodyHashes hashes;
  hashes.want({Canon::simple, 3});
  hashes.finish();
  CHECK_FALSE(hashes.of({Canon::simple, {}}));
  CHECK_FALSE(hashes.of({Canon::simple, 2}));
  CHECK_FALSE(hashes.of({Canon::relaxed, 3}));
}
