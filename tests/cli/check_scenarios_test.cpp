// `postern check` and the daemon decide alike: every scenario through both.
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "cli/check.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/gateway.hpp"
#include "tests/support/scenario.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using nlohmann::json;
using support::Scenario;

constexpr char authserv_id[] = R"("mx.example.org")";

json event_of_session(const Scenario& scenario) {
  support::FakeResolver resolver;
  scenario.publish(resolver);
  const support::Gateway gateway(
      resolver, scenario.configuration({{"milter.authserv_id", authserv_id}}), scenario.now);
  milter::Session session(gateway.services());
  support::tell_connection(session, scenario.dialogue);
  support::tell_message(session, scenario.dialogue);
  (void)session.end_of_message(scenario.dialogue.queue_id);
  return json::parse(gateway.events().at(0));
}

json event_of_check(const Scenario& scenario) {
  support::FakeResolver zone;
  scenario.publish(zone);
  const support::DnsServer server(zone);
  const support::TemporaryFolder folder;
  const auto file = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  };
  const support::Dialogue& dialogue = scenario.dialogue;
  cli::CheckOptions options;
  options.config = file("postern.toml",
                        scenario.configuration({{"milter.authserv_id", authserv_id},
                                                {"dns.servers", "[\"" + server.address() + "\"]"},
                                                {"dns.timeout_ms", "300"},
                                                {"dns.attempts", "1"}}));
  options.ip = *dialogue.client;
  options.name = dialogue.client_name;
  options.helo = dialogue.helo;
  options.user = dialogue.auth_user;
  options.mail_from = dialogue.mail_from;
  options.recipients = dialogue.recipients;
  options.files = {file("message.eml", dialogue.letter.text()).string()};
  options.json = true;
  options.now = scenario.now;
  std::ostringstream out;
  std::ostringstream error;
  const int status = cli::check(options, {out, error});
  INFO(error.str());
  REQUIRE(status == EX_OK);
  return json::parse(out.str());
}

// What may differ: what the world gave each, and a reply's event id.
json decision_of(json event) {
  const std::string id = event.at("id");
  if (event.at("reply").is_string()) {
    std::string reply = event["reply"];
    for (std::size_t at = 0; (at = reply.find(id, at)) != std::string::npos;)
      reply.erase(at, id.size());
    event["reply"] = reply;
  }
  for (const char* key : {"id", "time", "queue_id", "config", "timings_us", "dns"})
    event.erase(key);
  return event;
}

}  // namespace

TEST_CASE("check and the daemon give the same decision for every scenario", "[cli][check]") {
  std::size_t compared = 0;
  for (const std::filesystem::path& file : support::scenario_files(SCENARIO_FOLDER)) {
    INFO(file.filename().string());
    const auto scenario = Scenario::load(file);
    REQUIRE(scenario);
    if (!scenario->dialogue.client) continue;  // A local submission; check wants an address.
    ++compared;
    CHECK(decision_of(event_of_check(*scenario)) == decision_of(event_of_session(*scenario)));
  }
  CHECK(compared > 90);
}
