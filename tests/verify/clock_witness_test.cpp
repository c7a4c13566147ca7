#include "verify/clock_witness.hpp"

#include <string>

#include <catch2/catch.hpp>

using Voice = verify::ClockWitness::Voice;
using verify::ClockWitness;

namespace {

const ClockWitness::Time start{std::chrono::hours(1)};

void hear(ClockWitness& witness, int number, Voice voice, ClockWitness::Time now = start) {
  const std::string text = std::to_string(number);
  witness.hear(*base::IpAddress::parse("192.0." + text + ".1"),
               *base::Domain::parse("signer" + text + ".example"), voice, now);
}

}  // namespace

TEST_CASE("three signers who agree put the clock in doubt, two do not", "[verify][RFC 6376 §3.5]") {
  for (const Voice voice : {Voice::ahead, Voice::behind}) {
    ClockWitness witness;
    CHECK_FALSE(witness.state(start).ahead_in_doubt());
    hear(witness, 1, voice);
    hear(witness, 2, voice);
    CHECK_FALSE(witness.state(start).ahead_in_doubt());
    CHECK_FALSE(witness.state(start).behind_in_doubt());
    hear(witness, 3, voice);
    CHECK(witness.state(start).ahead_in_doubt() == (voice == Voice::ahead));
    CHECK(witness.state(start).behind_in_doubt() == (voice == Voice::behind));
  }
}

TEST_CASE("as many who find the clock right outweigh them", "[verify]") {
  ClockWitness witness;
  for (int i = 1; i <= 3; ++i)
    hear(witness, i, Voice::right);
  for (int i = 11; i <= 13; ++i)
    hear(witness, i, Voice::ahead);
  CHECK_FALSE(witness.state(start).ahead_in_doubt());
  hear(witness, 14, Voice::ahead);
  CHECK(witness.state(start).ahead_in_doubt());
  hear(witness, 4, Voice::right);
  CHECK_FALSE(witness.state(start).ahead_in_doubt());
  // A clock that was set is believed again as soon as signers say so.
  hear(witness, 11, Voice::right);
  CHECK(witness.state(start).ahead == 3);
}

TEST_CASE("one sender has one voice, however many names and addresses he uses", "[verify]") {
  ClockWitness witness;
  const auto say = [&](const std::string& client, const std::string& signer) {
    witness.hear(*base::IpAddress::parse(client), *base::Domain::parse(signer), Voice::ahead,
                 start);
  };
  for (int i = 1; i <= 9; ++i)  // One client network, many domains.
    say("192.0.2." + std::to_string(i), "a" + std::to_string(i) + ".example");
  for (int i = 1; i <= 9; ++i)
    say("2001:db8:1:" + std::to_string(i) + "::1", "b" + std::to_string(i) + ".example");
  CHECK(witness.state(start).ahead == 2);
  for (int i = 1; i <= 9; ++i)  // One organization, many networks.
    say("198.51." + std::to_string(i) + ".1", "a" + std::to_string(i) + ".c.example");
  CHECK(witness.state(start).ahead == 3);
}

TEST_CASE("voices are forgotten after an hour, and the oldest when there are many", "[verify]") {
  ClockWitness witness;
  for (int i = 1; i <= 3; ++i)
    hear(witness, i, Voice::behind, start + std::chrono::minutes(i));
  CHECK(witness.state(start + std::chrono::minutes(60)).behind_in_doubt());
  CHECK_FALSE(witness.state(start + std::chrono::minutes(61)).behind_in_doubt());
  for (int i = 100; i < 164; ++i)
    hear(witness, i, Voice::right, start + std::chrono::minutes(4));
  CHECK(witness.state(start + std::chrono::minutes(4)).behind == 0);
  CHECK(witness.state(start + std::chrono::minutes(4)).right == ClockWitness::voices_max);
}

TEST_CASE("only a signature that verifies says anything of the clock", "[verify]") {
  const base::WallTime now{base::Seconds(1'800'000'000)};
  const dkim::Clock clock{.now = now, .received = now};
  dkim::Signature signature(*base::Domain::parse("example.com"));
  dkim::Result result;
  result.verified = true;
  CHECK_FALSE(verify::voice_of(signature, result, clock));  // No t=.
  signature.signed_at = now - std::chrono::minutes(10);
  CHECK(verify::voice_of(signature, result, clock) == Voice::right);
  signature.signed_at = now - std::chrono::minutes(11);
  CHECK_FALSE(verify::voice_of(signature, result, clock));  // It may have been on its way.
  signature.signed_at = now + std::chrono::minutes(11);
  CHECK_FALSE(verify::voice_of(signature, result, clock));
  result.reason = dkim::Reason::in_future;
  CHECK(verify::voice_of(signature, result, clock) == Voice::behind);
  for (const auto reason : {dkim::Reason::expired, dkim::Reason::clock_in_doubt}) {
    result.reason = reason;
    CHECK(verify::voice_of(signature, result, clock) == Voice::ahead);
  }
  result.verified = false;
  CHECK_FALSE(verify::voice_of(signature, result, clock));
}
