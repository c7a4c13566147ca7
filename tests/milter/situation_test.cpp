#include "milter/situation.hpp"

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

using namespace std::chrono_literals;
using dmarc::Status;
using support::facts_of;

namespace {

constexpr milter::Situation::Time situation_start{1000h};
constexpr std::chrono::hours patience{48};

policy::Circumstances of(milter::Situation& situation, const verify::Facts& facts,
                         milter::Situation::Time now) {
  return situation.of(facts, patience, {now, 20'000});
}

verify::Facts with_key(verify::Facts facts, dkim::Status status, const std::string& domain,
                       const std::string& selector = "s1") {
  facts.dkim.push_back(support::dkim_result(status, domain));
  facts.dkim.back().selector = selector;
  return facts;
}

}  // namespace

TEST_CASE("the situation tells what no message tells", "[milter]") {
  milter::Situation situation;
  CHECK(of(situation, facts_of(Status::pass), situation_start) == policy::Circumstances{});
  situation.set_dns_degraded(true);
  CHECK(of(situation, facts_of(Status::pass), situation_start).dns_degraded);
  situation.set_dns_degraded(false);
  CHECK_FALSE(of(situation, facts_of(Status::pass), situation_start).dns_degraded);

  verify::Facts replayed = with_key(facts_of(Status::pass), dkim::Status::pass, "example.com");
  CHECK(of(situation, replayed, situation_start).signature_repeats == 0);
  CHECK(of(situation, replayed, situation_start).signature_repeats == 1);

  verify::Facts faulty = facts_of(Status::temperror);
  faulty.from_fault = mail::FromFault::missing;
  CHECK_FALSE(situation.of(faulty, 0h, {situation_start + 60h, 20'000}).deferred_too_long);
}

TEST_CASE("a wait ends when it has been too long, and begins anew after a verdict", "[milter]") {
  milter::Situation situation;
  const auto too_long = [&](Status status, milter::Situation::Time now) {
    return of(situation, facts_of(status), now).deferred_too_long;
  };
  CHECK_FALSE(too_long(Status::temperror, situation_start));
  CHECK_FALSE(too_long(Status::temperror, situation_start + 48h));
  CHECK(too_long(Status::temperror, situation_start + 49h));
  CHECK_FALSE(too_long(Status::fail, situation_start + 50h));  // Of whoever it is.
  CHECK(too_long(Status::temperror, situation_start + 51h));
  CHECK_FALSE(too_long(Status::pass, situation_start + 52h));
  CHECK_FALSE(too_long(Status::temperror, situation_start + 53h));
  // All mail may wait while the DNS fails.
  situation.set_dns_degraded(true);
  CHECK_FALSE(too_long(Status::fail, situation_start + 60h));
  CHECK(too_long(Status::fail, situation_start + 102h));
}

TEST_CASE("each thing that is not to be had has a patience of its own", "[milter]") {
  milter::Situation situation;
  const verify::Facts genuine =
      with_key(facts_of(Status::temperror), dkim::Status::temperror, "example.com");
  const verify::Facts made_up =
      with_key(facts_of(Status::temperror), dkim::Status::temperror, "lame.example.com");
  CHECK_FALSE(of(situation, made_up, situation_start).deferred_too_long);
  CHECK(of(situation, made_up, situation_start + 49h).deferred_too_long);
  CHECK_FALSE(of(situation, genuine, situation_start + 49h).deferred_too_long);
  CHECK(of(situation, genuine, situation_start + 98h).deferred_too_long);
  // What passes by another name of the author does not begin the wait anew.
  (void)of(situation, with_key(facts_of(Status::pass), dkim::Status::pass, "example.com", "s2"),
           situation_start + 98h);
  CHECK(of(situation, genuine, situation_start + 99h).deferred_too_long);
  (void)of(situation, with_key(facts_of(Status::pass), dkim::Status::pass, "example.com"),
           situation_start + 99h);
  CHECK_FALSE(of(situation, genuine, situation_start + 99h).deferred_too_long);
  // Exceptions of a site wait for others.
  const verify::Facts excepted =
      with_key(facts_of(Status::fail), dkim::Status::temperror, "esp.example");
  CHECK_FALSE(of(situation, excepted, situation_start + 100h).deferred_too_long);
  CHECK(of(situation, excepted, situation_start + 149h).deferred_too_long);
}

TEST_CASE("names that a stranger makes up do not push out what vouched before", "[milter]") {
  milter::Situation situation;
  (void)of(situation, with_key(facts_of(Status::pass), dkim::Status::pass, "example.com"),
           situation_start);
  const verify::Facts genuine =
      with_key(facts_of(Status::temperror), dkim::Status::temperror, "example.com");
  const policy::Circumstances first = of(situation, genuine, situation_start);
  CHECK(first.vouched_before == std::vector<std::string>{"dkim s1._domainkey.example.com"});
  for (std::size_t i = 0; i < milter::DeferralBook::entries_max; ++i) {
    (void)of(situation,
             with_key(facts_of(Status::temperror), dkim::Status::temperror,
                      "n" + std::to_string(i) + ".example.com"),
             situation_start + 1h);
  }
  CHECK(of(situation, genuine, situation_start + 49h).deferred_too_long);
}
