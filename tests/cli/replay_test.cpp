#include "cli/replay.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "event/rederive.hpp"
#include "tests/support/event_spool.hpp"

using namespace std::chrono_literals;

namespace {

// A message as these rules judge it.
event::Event judged(const std::string& id, const policy::Rules& rules) {
  event::Event event = support::sample_event();
  event.id = id;
  event.decision = *event::decide_again(event, rules);
  return event;
}

struct ReplayTrial {
  explicit ReplayTrial(const std::string& settings) {
    options.candidate = spool.path("candidate.toml");
    options.source.spool = spool.folder();
    std::ofstream(options.candidate) << settings;
  }
  int run() { return cli::replay(options, support::sample_event().time, {out, error}); }

  support::EventSpool spool;
  cli::ReplayOptions options;
  std::ostringstream out;
  std::ostringstream error;
};

}  // namespace

TEST_CASE("the configuration that judged changes nothing", "[cli][replay]") {
  ReplayTrial trial("");
  trial.spool.add(judged("1", {}));
  CHECK(trial.run() == 0);
  CHECK(trial.out.str() ==
        "1 events, 0 handled otherwise, 0 handled alike by another rule, 0 cannot be judged\n");
}

TEST_CASE("what a candidate would do otherwise is told by domain and source", "[cli][replay]") {
  ReplayTrial trial("[policy]\npreset = \"monitor\"\n");
  for (const char* id : {"1", "2", "3", "4"})
    trial.spool.add(judged(id, {}));
  CHECK(trial.run() == 1);
  CHECK(trial.out.str().starts_with(
      "newly delivered\n  4  example.com from 192.0.2.0/24, was rejected (dmarc-reject) 1 2 3\n"));
  const std::string first = trial.out.str();
  trial.out.str("");
  CHECK(trial.run() == 1);
  CHECK(trial.out.str() == first);
}

TEST_CASE("the biggest groups come first, in JSON too", "[cli][replay]") {
  ReplayTrial trial("[policy]\npreset = \"monitor\"\n");
  event::Event other = judged("1", {});
  other.connection.client = base::IpAddress::parse("2001:db8::1");
  trial.spool.add(other);
  trial.spool.add(judged("2", {}));
  trial.spool.add(judged("3", {}));
  trial.options.json = true;
  trial.options.samples_max = 1;
  CHECK(trial.run() == 1);
  const auto json = nlohmann::json::parse(trial.out.str());
  CHECK(json.at("events") == 3);
  CHECK(json.at("changes") == 3);
  REQUIRE(json.at("groups").size() == 2);
  CHECK(json.at("groups")[0].at("source") == "192.0.2.0/24");
  CHECK(json.at("groups")[0].at("samples") == nlohmann::json({"2"}));
  CHECK(json.at("groups")[0].at("from") == "rejected");
  CHECK(json.at("groups")[0].at("to") == "delivered");
  CHECK(json.at("groups")[1].at("source") == "2001:db8::/64");
  CHECK(json.at("groups")[1].at("rules")[0].at("rule") == "dmarc-reject");
}

TEST_CASE("mail that was not verified cannot be judged, but trusted", "[cli][replay]") {
  event::Event event = support::sample_event();
  event.verified = false;
  event.facts = {};
  event.decision = policy::decide_trusted(
      {true, "trusted-network"}, {event.facts, event.connection, event.envelope, {}, event.id}, {});
  const policy::Rules none;
  cli::Replay replay(none, 3);
  replay.add(event);
  CHECK(replay.unjudged == 1);
  policy::Rules trusting;
  trusting.trust.networks = {*base::Network::parse("192.0.2.0/24")};
  cli::Replay trusted(trusting, 3);
  trusted.add(event);
  trusted.add(judged("1", {}));
  CHECK(trusted.unjudged == 0);
  CHECK(trusted.changes == 1);
}

TEST_CASE("only events since the time given count", "[cli][replay]") {
  ReplayTrial trial("[policy]\npreset = \"monitor\"\n");
  event::Event old = judged("1", {});
  old.time -= 3h;
  trial.spool.add(old);
  trial.options.since = "2h";
  CHECK(trial.run() == 0);
  trial.options.since = "nonsense";
  CHECK(trial.run() == EX_USAGE);
}

TEST_CASE("a candidate that is wrong is no difference", "[cli][replay]") {
  ReplayTrial trial("[policy]\npreset = 7\n");
  CHECK(trial.run() == EX_CONFIG);
  CHECK(trial.error.str().contains("candidate.toml:2"));
}
