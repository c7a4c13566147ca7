// Every scenario, in process: one test each, named by its first comment. The same files go through
// the daemon's socket in tests/daemon.
#include <catch2/catch.hpp>

#include "tests/support/gateway.hpp"
#include "tests/support/scenario_tests.hpp"

namespace {

void run(const support::Scenario& scenario) {
  support::FakeResolver resolver;
  scenario.publish(resolver);
  const support::Gateway gateway(
      resolver, scenario.configuration({{"milter.authserv_id", R"("mx.example.org")"}}),
      scenario.now);
  support::Outcome outcome;
  {
    milter::Session session(gateway.services());
    support::tell_connection(session, scenario.dialogue);
    support::tell_message(session, scenario.dialogue);
    outcome.answer = support::answer_of(session.end_of_message(scenario.dialogue.queue_id),
                                        scenario.dialogue.letter);
  }
  const std::vector<std::string> events = gateway.events();
  REQUIRE(events.size() == 1);
  outcome.event = events.front();
  support::check_outcome(scenario, outcome);
}

const bool registered = support::register_scenarios(SCENARIO_FOLDER, "[scenarios]", run);

}  // namespace
