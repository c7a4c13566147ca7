// Every scenario, in process: one test each, named by its first comment. The same files go through
// the daemon's socket in tests/daemon.
#include <regex>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "config/config.hpp"
#include "event/event_reader.hpp"
#include "event/rederive.hpp"
#include "tests/support/gateway.hpp"
#include "tests/support/scenario_tests.hpp"

namespace {

std::string settings_of(const support::Scenario& scenario) {
  return scenario.configuration({{"milter.authserv_id", R"("mx.example.org")"}});
}

support::Outcome outcome_of(const support::Scenario& scenario) {
  support::FakeResolver resolver;
  scenario.publish(resolver);
  const support::Gateway gateway(resolver, settings_of(scenario), scenario.now);
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

// The event alone says as much as the message did: it is read as it was written, and its answers
// and the same rules lead to the same verdict.
void check_memory(const support::Scenario& scenario, const std::string& line) {
  const auto event = event::from_line(line);
  REQUIRE(event);
  CHECK(event::to_line(*event) == line);
  const auto config = config::parse(settings_of(scenario), "settings");
  REQUIRE(config);
  const event::Rederivation again = event::rederive(*event, config->verify, config->policy);
  for (const auto& [what, stored, derived] : again.differences)
    FAIL_CHECK(what << ": " << stored << " became " << derived);
  for (const auto& [what, stored, derived] : again.decision)
    FAIL_CHECK(what << ": " << stored << " became " << derived);
  const auto decision = event::decide_again(*event, config->policy);
  REQUIRE(decision);
  CHECK(*decision == event->decision);
}

void run(const support::Scenario& scenario) {
  const support::Outcome outcome = outcome_of(scenario);
  support::check_outcome(scenario, outcome);
  check_memory(scenario, outcome.event);
  // The same message and the same answers, the same event.
  CHECK(lasting(outcome_of(scenario).event) == lasting(outcome.event));
}

const bool registered = support::register_scenarios(SCENARIO_FOLDER, "[scenarios]", run);

}  // namespace
