// Every scenario again, through the daemon's socket, with DNS over the network.
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/daemon.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/scenario_tests.hpp"

namespace {

void run_with(const support::Scenario& scenario, const support::MtaOptions& options) {
  support::FakeResolver zone;
  scenario.publish(zone);
  const support::DnsServer server(zone);
  support::Daemon daemon(POSTERN_MILTER, server.address());
  daemon.configure(scenario.configuration(daemon.settings()));
  const bool started = daemon.start(scenario.now);
  INFO(daemon.log());
  REQUIRE(started);

  auto mta = support::Mta::connect(daemon.socket(), options);
  REQUIRE(mta);
  auto answer = mta->deliver(scenario.dialogue);
  mta->quit();
  const support::Ending ending = daemon.stop();
  CHECK(ending.status == 0);
  CHECK(ending.sanitizer_report().value_or("") == "");

  INFO((answer ? "" : answer.error().what));
  REQUIRE(answer);
  const std::vector<std::string> events = daemon.events();
  REQUIRE(events.size() == 1);
  support::check_outcome(scenario, {*std::move(answer), events.front()});
}

void run(const support::Scenario& scenario) { run_with(scenario, {}); }

const bool registered = support::register_scenarios(SCENARIO_FOLDER, "[daemon][scenarios]", run);

}  // namespace

TEST_CASE("what is removed is the same when Sendmail counts", "[daemon][RFC 8601 §5]") {
  for (const char* name :
       {"forged-results", "quarantine-own-header", "forged-quarantine-header-replaced"}) {
    INFO(name);
    const auto scenario =
        support::Scenario::load(std::string(SCENARIO_FOLDER "/") + name + ".scenario");
    REQUIRE(scenario);
    run_with(*scenario, {.sendmail = true});
  }
}
