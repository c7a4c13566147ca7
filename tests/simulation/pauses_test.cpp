// A sender may take his time: whatever pause he makes between two events of a message, longer than
// any clock of ours, the verdict is the one he would have had without it.
#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/faulty_resolver.hpp"
#include "tests/support/gateway.hpp"

namespace {

using std::chrono::milliseconds;
using support::Gateway;
using support::Scenario;

constexpr milliseconds deadline{1000};  // Far beyond what the DNS of the test takes.
constexpr milliseconds pause_time{1100};

// What the MTA was told, without the id that is another for each message.
struct Verdict {
  policy::Action action = policy::Action::accept;
  std::string rule;
  std::string why;
  std::vector<std::string> fields;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// Pauses after the given event; 0: after HELO, -1: never.
Verdict verdict_of(dns::Resolver& resolver, const Scenario& scenario, int pause_after) {
  const Gateway gateway(resolver,
                        scenario.configuration(
                            {{"milter.authserv_id", R"("mx.example.org")"},
                             {"milter.deadline_ms", std::to_string(deadline.count())}}),
                        scenario.now);
  milter::Session session(gateway.services());
  int events = 0;
  const auto between = [&] {
    if (events++ == pause_after) std::this_thread::sleep_for(pause_time);
  };
  support::tell_connection(session, scenario.dialogue);
  between();
  support::tell_message(session, scenario.dialogue, between);
  const milter::Response response = session.end_of_message(scenario.dialogue.queue_id);
  Verdict verdict{response.decision.action, response.decision.rule, response.decision.why, {}};
  for (const milter::HeaderEdit& edit : response.edits)
    verdict.fields.push_back(edit.name + ':' + edit.value);
  return verdict;
}

}  // namespace

TEST_CASE("no pause of the sender changes a verdict", "[simulation]") {
  for (const std::string_view name :
       {"forged-reject-rfc9989", "forged-reject-strict", "protected-forged", "subdomain-np",
        "genuine-dkim-rsa", "genuine-spf-include", "null-sender", "override-forwarder",
        "relay-genuine", "arc-trusted-sealer"}) {
    const auto scenario =
        Scenario::load(std::filesystem::path(SCENARIO_FOLDER) / (std::string(name) + ".scenario"));
    REQUIRE(scenario);
    support::FakeResolver zone;
    scenario->publish(zone);
    support::FaultyResolver slow(
        zone, {.loss = 0, .failure = 0, .delay = 1, .delay_max = milliseconds(5)});
    const Verdict expected = verdict_of(slow, *scenario, -1);
    std::vector<Verdict> verdicts(support::message_events + 1);
    {
      std::vector<std::jthread> senders;
      for (int after = 0; after <= support::message_events; ++after) {
        senders.emplace_back([&, after] {
          verdicts[static_cast<std::size_t>(after)] = verdict_of(slow, *scenario, after);
        });
      }
    }
    for (const Verdict& verdict : verdicts) {
      INFO(name << ": " << verdict.rule << " for " << expected.rule << ": " << verdict.why);
      CHECK(verdict == expected);
    }
  }
}
