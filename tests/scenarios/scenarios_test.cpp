// Every scenario, in process: one test each, named by its first comment. The same files go through
// the daemon's socket in tests/daemon.
#include <regex>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/gateway.hpp"
#include "tests/support/scenario_tests.hpp"

namespace {

support::Outcome outcome_of(const support::Scenario& scenario) {
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
  return outcome;
}

// The line of an event without what may differ between two runs, and not a byte more: the time,
// the timings, and the id wherever it stands (a reply names it too).
std::string lasting(std::string line) {
  const std::string id = nlohmann::json::parse(line).at("id");
  for (std::size_t at = 0; (at = line.find(id, at)) != std::string::npos;) {
    line.erase(at, id.size());
  }
  line = std::regex_replace(line, std::regex(R"re("time":"[^"]*",?)re"), "");
  return std::regex_replace(line, std::regex(R"re("timings_us":\{[^}]*\},?)re"), "");
}

void run(const support::Scenario& scenario) {
  const support::Outcome outcome = outcome_of(scenario);
  support::check_outcome(scenario, outcome);
  // The same message and the same answers, the same event.
  CHECK(lasting(outcome_of(scenario).event) == lasting(outcome.event));
}

const bool registered = support::register_scenarios(SCENARIO_FOLDER, "[scenarios]", run);

}  // namespace
