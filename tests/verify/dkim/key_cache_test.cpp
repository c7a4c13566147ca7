#include "verify/dkim/key_cache.hpp"

#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"

TEST_CASE("the key cache gives what parse_key() gives", "[dkim]") {
  dkim::KeyCache cache;
  CHECK(cache.parse(support::SigningKey::rsa().record())->value().key.bits() == 1024);
  CHECK(cache.parse("p=")->error() == dkim::Reason::key_revoked);
  CHECK(cache.parse("p=;n=" + std::string(5000, 'x'))->error() == dkim::Reason::key_revoked);
}

TEST_CASE("a record asked for again is not parsed again", "[dkim]") {
  dkim::KeyCache cache;
  const std::string record = support::SigningKey::rsa().record();
  CHECK(cache.parse(record) == cache.parse(record));
  CHECK(cache.parse(record) != cache.parse(record + ";"));
}

TEST_CASE("a key in use stays in a full cache, another does not", "[dkim]") {
  dkim::KeyCache cache(64);
  const std::string used = support::SigningKey::rsa().record();
  const auto first = cache.parse(used);
  const std::weak_ptr unused = cache.parse("p=; n=unused");
  for (int i = 0; i < 500; ++i) {
    (void)cache.parse("p=; n=" + std::to_string(i));
    CHECK(cache.parse(used) == first);
  }
  CHECK(unused.expired());
}

TEST_CASE("threads may share a key cache", "[dkim]") {
  dkim::KeyCache cache(32);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 300; ++i)
        (void)cache.parse("p=; n=" + std::to_string(i % 40));
    });
  }
}
