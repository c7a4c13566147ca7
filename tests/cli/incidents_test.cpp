#include "cli/incidents.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "tests/support/event_spool.hpp"

namespace {

using namespace std::chrono_literals;

// A spool with one forged message of example.com.
struct IncidentsTrial {
  explicit IncidentsTrial(const std::string& configuration) {
    spool.add_sample("1");
    std::ofstream(spool.path("c.toml")) << configuration;
    options.config = spool.path("c.toml");
    options.source.spool = spool.folder();
    options.since = "1d";
  }
  int run() {
    return cli::report_incidents(options, support::sample_event().time + 1h, {out, error});
  }
  std::string contents(const std::string& name) const {
    std::ifstream in(spool.path("bundle") / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  support::EventSpool spool;
  cli::IncidentsOptions options;
  std::ostringstream out;
  std::ostringstream error;
};

constexpr const char* protecting = "[[protected]]\ndomain = \"example.com\"\n";

}  // namespace

TEST_CASE("incidents name machines and numbers, never a person", "[cli][incidents]") {
  IncidentsTrial trial(protecting);
  CHECK(trial.run() == EX_OK);
  const auto json = nlohmann::json::parse(trial.out.str());
  REQUIRE(json["campaigns"].size() == 1);
  CHECK(json["campaigns"][0]["sources"][0]["address"] == "192.0.2.1");
  CHECK_FALSE(trial.out.str().contains("alice"));
  CHECK_FALSE(trial.out.str().contains("@"));
}

TEST_CASE("incidents go into a directory as JSON and CSV", "[cli][incidents]") {
  IncidentsTrial trial(protecting);
  trial.options.directory = trial.spool.path("bundle");
  CHECK(trial.run() == EX_OK);
  CHECK(nlohmann::json::parse(trial.contents("incidents.json"))["campaigns"].size() == 1);
  CHECK(trial.contents("incidents.csv").contains("\"192.0.2.1\""));
}

TEST_CASE("without protected domains there is nothing to tell", "[cli][incidents]") {
  IncidentsTrial trial("");
  CHECK(trial.run() == EX_CONFIG);
  CHECK_THAT(trial.error.str(), Catch::Contains("[[protected]]"));
}

TEST_CASE("what was before the time asked for is left out", "[cli][incidents]") {
  IncidentsTrial trial(protecting);
  trial.options.since = "30m";
  CHECK(trial.run() == EX_OK);
  CHECK(nlohmann::json::parse(trial.out.str())["campaigns"].empty());
  trial.options.since = "whenever";
  CHECK(trial.run() == EX_USAGE);
}
