#include "milter/situation.hpp"

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

using namespace std::chrono_literals;
using dmarc::Status;
using support::facts_of;

TEST_CASE("the situation tells what no message tells", "[milter]") {
  constexpr milter::Situation::Time start{1000h};
  milter::Situation situation;
  const auto of = [&](Status status, milter::Situation::Time now) {
    return situation.of(facts_of(status), 48h, now);
  };
  CHECK(of(Status::pass, start) == policy::Circumstances{});
  situation.set_dns_degraded(true);
  CHECK(of(Status::pass, start).dns_degraded);
  situation.set_dns_degraded(false);
  CHECK_FALSE(of(Status::pass, start).dns_degraded);

  CHECK_FALSE(of(Status::temperror, start).deferred_too_long);
  CHECK_FALSE(of(Status::temperror, start + 48h).deferred_too_long);
  CHECK(of(Status::temperror, start + 49h).deferred_too_long);
  CHECK_FALSE(of(Status::fail, start + 50h).deferred_too_long);
  CHECK_FALSE(of(Status::temperror, start + 51h).deferred_too_long);

  // Protected domains are deferred for what their exceptions wait for, all mail for a failing DNS.
  CHECK_FALSE(of(Status::pass, start + 60h).deferred_too_long);
  verify::Facts unsigned_yet = facts_of(Status::fail);
  unsigned_yet.dkim = {support::dkim_result(dkim::Status::temperror, "esp.example")};
  CHECK_FALSE(situation.of(unsigned_yet, 48h, start + 100h).deferred_too_long);
  CHECK(situation.of(unsigned_yet, 48h, start + 149h).deferred_too_long);
  CHECK_FALSE(of(Status::pass, start + 150h).deferred_too_long);
  situation.set_dns_degraded(true);
  CHECK_FALSE(of(Status::fail, start + 200h).deferred_too_long);
  CHECK(of(Status::fail, start + 249h).deferred_too_long);
  situation.set_dns_degraded(false);

  verify::Facts replayed = facts_of(Status::pass);
  replayed.dkim = {support::dkim_result(dkim::Status::pass, "example.com")};
  CHECK(situation.of(replayed, 48h, start).signature_repeats == 0);
  CHECK(situation.of(replayed, 48h, start).signature_repeats == 1);

  verify::Facts faulty = facts_of(Status::temperror);
  faulty.from_fault = mail::FromFault::missing;
  CHECK_FALSE(situation.of(faulty, 0h, start + 60h).deferred_too_long);
}
