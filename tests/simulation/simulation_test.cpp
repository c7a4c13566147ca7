// Every scenario again, with a DNS that is late, loses answers and fails, and clients that give up.
// What the message would get is then anybody's guess, but some things hold: nothing crashes or
// hangs, no fault of the DNS makes us refuse, or hold back, what we would have delivered, and none
// gets anything through that we would not have: it is asked to come again.
//
// The luck comes from a seed: POSTERN_SIMULATION_SEED repeats one, POSTERN_SIMULATION_ROUNDS says
// how many follow it.
#include <chrono>
#include <cstdlib>
#include <random>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "tests/simulation/environment.hpp"
#include "tests/support/faulty_resolver.hpp"
#include "tests/support/gateway.hpp"

namespace {

using policy::Action;
using std::chrono::steady_clock;
using support::Dialogue;
using support::Gateway;
using support::Scenario;

constexpr std::chrono::milliseconds patience{2000};

std::string settings(const Scenario& scenario) {
  return scenario.configuration({{"milter.authserv_id", R"("mx.example.org")"},
                                 {"milter.deadline_ms", std::to_string(patience.count())}});
}

// Says a part of the message, and then no more of it.
void give_up(milter::Session& session, const Dialogue& dialogue, std::mt19937_64& luck) {
  session.mail_from(dialogue.mail_from, false);
  if (luck() % 4 == 0) return;
  if (luck() % 2 == 0) support::tell_message(session, dialogue);
  if (luck() % 2 == 0) session.abort();
}

Action action_of(dns::Resolver& resolver, const Scenario& scenario, std::mt19937_64* luck) {
  const Gateway gateway(resolver, settings(scenario), scenario.now);
  milter::Session session(gateway.services());
  support::tell_connection(session, scenario.dialogue);
  if (luck != nullptr && (*luck)() % 3 == 0) give_up(session, scenario.dialogue, *luck);
  support::tell_message(session, scenario.dialogue);
  const milter::Response response = session.end_of_message(scenario.dialogue.queue_id);
  CHECK(gateway.events().size() == 1);
  return response.decision.action;
}

// True when the faulty outcome is no harsher: asking the sender to come again is always allowed.
bool is_excusable(Action faulty, Action faultless) {
  return faulty == Action::defer || faulty == Action::tag || faulty <= faultless;
}

// True when whoever made the fault has not gained by it: what would have been refused still is, or
// comes again; what would have been quarantined is not delivered. (How the wait ends is policy's.)
bool gains_nothing(Action faulty, Action faultless) {
  if (faultless == Action::reject) return faulty == Action::reject || faulty == Action::defer;
  return faultless != Action::quarantine || faulty >= Action::quarantine;
}

}  // namespace

TEST_CASE("no fault of the DNS makes a verdict harsher, and none lets anything through",
          "[simulation]") {
  const std::uint64_t first = simulation::from_environment("POSTERN_SIMULATION_SEED", 1);
  const std::uint64_t rounds = simulation::from_environment("POSTERN_SIMULATION_ROUNDS", 3);
  for (const auto& file : support::scenario_files(SCENARIO_FOLDER)) {
    const auto scenario = Scenario::load(file);
    REQUIRE(scenario);
    const bool accepts_doubt = settings(*scenario).contains("temporary_error = \"accept\"");
    support::FakeResolver zone;
    scenario->publish(zone);
    const Action faultless = action_of(zone, *scenario, nullptr);
    for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
      INFO(file.filename().string() << ", seed " << seed);
      std::mt19937_64 luck(seed);
      support::FaultyResolver faulty(zone,
                                     {.seed = seed, .delay_max = std::chrono::milliseconds(5)});
      const auto began = steady_clock::now();
      const Action action = action_of(faulty, *scenario, &luck);
      INFO("with faults " << policy::name(action) << ", without " << policy::name(faultless));
      CHECK(is_excusable(action, faultless));
      if (!accepts_doubt) CHECK(gains_nothing(action, faultless));
      CHECK(steady_clock::now() - began < 3 * patience);
    }
  }
}
