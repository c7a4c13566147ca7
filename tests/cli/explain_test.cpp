#include "cli/explain.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "store/collector.hpp"
#include "tests/support/event_spool.hpp"

using namespace std::chrono_literals;

namespace {

struct ExplainTrial {
  ExplainTrial() {
    options.config = spool.path("postern.toml");
    std::ofstream(*options.config) << "[spool]\ndirectory = \"" << spool.folder() << "\"\n";
  }
  int run(const std::string& id) {
    options.id = id;
    return cli::explain(options, {out, error});
  }

  support::EventSpool spool;
  cli::ExplainOptions options;
  std::ostringstream out;
  std::ostringstream error;
};

}  // namespace

TEST_CASE("an event is found by its id and by its queue id", "[cli][explain]") {
  for (const char* id : {"0001", "QUEUE1", "QUEUE1:", " 0001)."}) {
    ExplainTrial trial;
    trial.spool.add_sample("0001", "QUEUE1");
    trial.spool.add_sample("0002", "QUEUE2");
    CHECK(trial.run(id) == EX_OK);
    CHECK(trial.out.str().starts_with("Message QUEUE1, event 0001\n"));
    CHECK(trial.error.str().empty());
  }
}

TEST_CASE("of several events with one queue id the newest is told, and that there are more",
          "[cli][explain]") {
  ExplainTrial trial;
  event::Event newer = support::sample_event();
  newer.id = "0003";
  newer.time += 1h;
  trial.spool.add(newer);
  trial.spool.add_sample("0001");
  CHECK(trial.run("4XyZ") == EX_OK);
  CHECK(trial.out.str().contains("event 0003\n"));
  CHECK(trial.error.str() == "4XyZ: the newest of 2 events; the others: 0001\n");
}

TEST_CASE("a queue id is looked for in the spool although the store knows an older one",
          "[cli][explain]") {
  ExplainTrial trial;
  const std::string url = "sqlite:" + trial.spool.path("events.db").string();
  std::ofstream(*trial.options.config, std::ios::app) << "[store]\nurl = \"" << url << "\"\n";
  event::Event newer = trial.spool.add_sample("0001");
  store::Collector::Options collecting;
  collecting.directory = trial.spool.folder();
  collecting.url = url;
  auto collector =
      store::Collector::open(collecting, {[](auto, const auto&) {}, [](auto) { return false; }});
  REQUIRE(collector.value().run_once());
  newer.id = "0002";
  newer.time += 1h;
  trial.spool.add(newer);
  CHECK(trial.run("4XyZ") == EX_OK);
  CHECK(trial.out.str().contains("event 0002\n"));
  CHECK(trial.error.str() == "4XyZ: the newest of 2 events; the others: 0001\n");
  CHECK(trial.run("0001") == EX_OK);
  CHECK(trial.out.str().contains("event 0001\n"));
}

TEST_CASE("an event nobody remembers is no input", "[cli][explain]") {
  ExplainTrial trial;
  trial.spool.add_sample("0001");
  CHECK(trial.run("0009\x1B") == EX_NOINPUT);
  CHECK(trial.error.str() == "0009\\x1B: no such event in spool " + trial.spool.folder() +
                                 "; events are kept for 30 days\n");
  CHECK(trial.out.str().empty());
}

TEST_CASE("as JSON it is the event with what came out again", "[cli][explain]") {
  ExplainTrial trial;
  trial.spool.add_sample("0001");
  trial.options.json = true;
  CHECK(trial.run("0001") == EX_OK);
  const auto json = nlohmann::json::parse(trial.out.str());
  CHECK(json.at("id") == "0001");
  CHECK(json.at("explain").at("same").is_boolean());
  CHECK_FALSE(json.at("explain").at("advice").empty());
}

TEST_CASE("a configuration that is wrong is said", "[cli][explain]") {
  ExplainTrial trial;
  trial.options.config = "/nonexistent/postern.toml";
  CHECK(trial.run("0001") == EX_CONFIG);
}
