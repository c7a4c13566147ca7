#include "verify/dns/recording_resolver.hpp"

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"

using dns::Outcome;
using dns::Type;

TEST_CASE("equal questions of one message are asked once", "[dns]") {
  support::FakeResolver fake;
  fake.add_txt("example.com", "v=spf1 -all");
  dns::RecordingResolver recording(fake, 10);
  for (int i = 0; i < 3; ++i) {
    CHECK(dns::wait(recording.lookup({"example.com", Type::txt}), {}).outcome == Outcome::found);
  }
  CHECK(fake.count() == 1);
}

TEST_CASE("what was asked is remembered in order, and what is missing is a timeout", "[dns]") {
  support::FakeResolver fake;
  fake.add_a("a.example", "192.0.2.1");
  dns::RecordingResolver recording(fake, 10);
  (void)recording.lookup({"b.example", Type::txt});
  (void)recording.lookup({"a.example", Type::a});
  fake.hold();
  (void)recording.lookup({"a.example", Type::txt});
  const auto lookups = recording.lookups();
  REQUIRE(lookups.size() == 3);
  CHECK(lookups[0].answer.outcome == Outcome::no_name);
  CHECK(lookups[1].question == dns::Question{"a.example", Type::a});
  CHECK(lookups[1].answer.outcome == Outcome::found);
  CHECK(lookups[2].question == dns::Question{"a.example", Type::txt});
  CHECK(lookups[2].answer.outcome == Outcome::timeout);
  fake.release();
  CHECK(recording.lookups()[2].answer.outcome == Outcome::no_data);
}

TEST_CASE("a message cannot ask without end", "[dns]") {
  support::FakeResolver fake;
  dns::RecordingResolver recording(fake, 2);
  (void)recording.lookup({"a.example", Type::txt});
  (void)recording.lookup({"b.example", Type::txt});
  CHECK_FALSE(recording.over_limit());
  CHECK(dns::wait(recording.lookup({"a.example", Type::txt}), {}).outcome == Outcome::no_name);
  CHECK_FALSE(recording.over_limit());
  CHECK(dns::wait(recording.lookup({"c.example", Type::txt}), {}).outcome == Outcome::not_asked);
  CHECK(recording.over_limit());
  CHECK(fake.count() == 2);
  CHECK(recording.lookups().size() == 2);
}
