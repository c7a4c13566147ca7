#include "verify/spf/lookups.hpp"

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"

using spf::Lookups;

namespace {

const dns::Question question{"example.com", dns::Type::txt};

}  // namespace

TEST_CASE("a question is asked once", "[spf]") {
  support::FakeResolver resolver;
  resolver.add_txt("example.com", "text");
  Lookups lookups(resolver);
  lookups.start(question);
  const dns::Answer* answer = lookups.ask(question);
  REQUIRE(answer != nullptr);
  CHECK(answer->records.size() == 1);
  CHECK(lookups.ask(question) == answer);
  CHECK_FALSE(lookups.missing().valid());
  CHECK(resolver.count() == 1);
}

TEST_CASE("an answer that is not there is not awaited, but named", "[spf]") {
  support::FakeResolver resolver;
  resolver.hold();
  Lookups lookups(resolver);
  CHECK(lookups.ask(question) == nullptr);
  CHECK(lookups.ask({"other.example", dns::Type::a}) == nullptr);
  const dns::Pending missing = lookups.missing();
  REQUIRE(missing.valid());
  CHECK_FALSE(missing.is_ready());
  resolver.release();
  CHECK(lookups.ask(question) == &missing.get());
}
