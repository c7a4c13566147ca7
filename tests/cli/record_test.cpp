#include "cli/record.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "cli/check.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/gateway.hpp"
#include "tests/support/scenario.hpp"
#include "tests/support/scenario_sign.hpp"
#include "tests/support/signer.hpp"

namespace {

using nlohmann::json;

// An event without what no two runs share: names of the run, not of the message.
json lasting(const std::string& line) {
  json event = json::parse(line);
  for (const char* key : {"id", "time", "timings_us", "config", "queue_id"})
    event.erase(key);
  if (event["reply"].is_string()) {  // It names the id.
    event["reply"] = event["reply"].get<std::string>().substr(0, 9);
  }
  return event;
}

support::Outcome replay(const support::Scenario& scenario) {
  support::FakeResolver resolver;
  scenario.publish(resolver);
  const support::Gateway gateway(resolver, scenario.configuration({}), scenario.now);
  support::Outcome outcome;
  {
    milter::Session session(gateway.services());
    support::tell_connection(session, scenario.dialogue);
    support::tell_message(session, scenario.dialogue);
    outcome.answer = support::answer_of(session.end_of_message(""), scenario.dialogue.letter);
  }
  REQUIRE(gateway.events().size() == 1);
  outcome.event = gateway.events().front();
  return outcome;
}

// Of every kind one that is not about the message.
const std::string tables = R"(
[[protected]]
domain = "example.net"
allow_users = ["a = \"b\" # c"]
[[tenant]]
recipients = ["example.net", "*.example.net"]
preset = "monitor"
[[tenant.override]]
match = { client = "203.0.113.0/24" }
action = "tag"
[[tenant]]
recipients = ["example.edu"]
[[override]]
match = { dkim = "list.example", from = "example.net" }
action = "accept"
[[stage]]
domain = "example.net"
enforce = "tag"
)";

std::string tables_of(const config::Config& config) {
  const std::string shown = config::to_toml(config);
  return shown.substr(shown.find("\n[["));
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a recorded message is judged again as it was", "[cli][record]") {
  struct Row {
    const char* what;
    const char* ip;
    const char* more;  // After the signed message.
  };
  const auto row = GENERATE(values<Row>({
      {"genuine", "192.0.2.1", ""},
      {"forwarded", "198.51.100.1", ""},
      {"changed: refused", "198.51.100.1", "more\r\n"},
      {"octets that mean something in a scenario", "192.0.2.1",
       ".\r\n..\r\n{repeat 3}x {c*9} {rsa} \\x41 \\\r\n\xC3\xA9\x01\r\n\ttab \r\n"},
  }));
  INFO(row.what);
  support::FakeResolver zone;
  zone.add_txt("example.com", "v=spf1 exists:%{l}._spf.%{d} ip4:192.0.2.1 -all");
  zone.add_txt("example.com", "other \"text\" with \\x41 {rsa} {a*3}\n");
  zone.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  zone.add_txt("s1._domainkey.example.com",
               "v=DKIM1; p=" + support::SigningKey::rsa().public_base64());
  zone.servfail("1.2.0.192.in-addr.arpa");
  zone.add_ptr("198.51.100.1", "forwarder.example.net");
  const support::DnsServer server(zone);
  const support::TemporaryFolder folder;
  support::Letter letter = support::Letter::parse(
      "From: Alice <alice@example.com>\r\nTo: bob@example.org\r\nSubject: {n} a\r\n\tfold\r\n"
      "\r\nhello\r\n");
  REQUIRE(support::apply({{"d", "example.com"}}, letter));
  write(folder / "message.eml", letter.text() + row.more);
  write(folder / "postern.toml",
        "[milter]\nauthserv_id = \"mx.example.org\"\n[dns]\nservers = [\"" + server.address() +
            "\"]\n[policy]\npreset = \"strict\"\n" + tables);
  cli::CheckOptions options;
  options.config = folder / "postern.toml";
  options.ip = row.ip;
  options.helo = "mail.example.com";
  options.mail_from = "al ice@example.com";
  options.recipients = {"bob@example.org", "carol@example.org"};
  options.files = {folder / "message.eml"};
  options.json = true;
  options.now = base::WallTime(base::Seconds(1'790'000'000));
  options.record = folder / "case.scenario";
  std::ostringstream out;
  std::ostringstream error;
  REQUIRE(cli::check(options, {out, error}) == EX_OK);
  INFO(error.str());

  std::ifstream in(folder / "case.scenario");
  INFO(std::string(std::istreambuf_iterator<char>(in), {}));
  const auto scenario = support::Scenario::load(folder / "case.scenario");
  if (!scenario) FAIL(scenario.error().what);
  const support::Outcome outcome = replay(*scenario);
  CHECK(mismatches(*scenario, outcome) == std::vector<std::string>{});
  CHECK(lasting(outcome.event) == lasting(out.str()));
  const auto recorded = config::parse(scenario->configuration({}), "recorded");
  REQUIRE(recorded);
  CHECK(tables_of(*recorded) == tables_of(config::load(folder / "postern.toml").value()));
}

TEST_CASE("only one message goes into a scenario", "[cli][record]") {
  cli::CheckOptions options;
  options.ip = "192.0.2.1";
  options.files = {"a", "b"};
  options.record = "/nonexistent/x.scenario";
  std::ostringstream out;
  CHECK(cli::check(options, {out, out}) == EX_USAGE);
}
