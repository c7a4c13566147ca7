#include "verify/spf/lookups.hpp"

#include <chrono>

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"

using spf::Lookups;

namespace {

const dns::Question question{"example.com", dns::Type::txt};

}  // namespace

TEST_CASE("a question is asked once", "[spf]") {
  support::FakeResolver resolver;
  resolver.add_txt("example.com", "text");
  Lookups lookups(resolver, std::nullopt);
  lookups.start(question);
  const auto answer = lookups.ask(question);
  REQUIRE(answer);
  CHECK((*answer)->records.size() == 1);
  CHECK(lookups.ask(question) == answer);
  CHECK(resolver.count() == 1);
}

TEST_CASE("without a deadline a missing answer is not awaited", "[spf]") {
  support::FakeResolver resolver;
  resolver.hold();
  Lookups lookups(resolver, std::nullopt);
  CHECK(lookups.ask(question).error() == Lookups::Missing::not_ready);
  resolver.release();
  CHECK(lookups.ask(question));
}

TEST_CASE("nothing is awaited past the deadline", "[spf][RFC 7208 §4.6.4]") {
  support::FakeResolver resolver;
  resolver.hold();
  const auto now = std::chrono::steady_clock::now();
  Lookups waiting(resolver, now + std::chrono::milliseconds(5));
  CHECK(waiting.ask(question).error() == Lookups::Missing::late);
  resolver.release();
  Lookups late(resolver, now);
  CHECK(late.ask(question).error() == Lookups::Missing::late);
}
