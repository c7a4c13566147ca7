// The scenario format itself: docs/formats/scenario.md.
#include <fstream>

#include <catch2/catch.hpp>

#include "config/config.hpp"
#include "tests/support/scenario.hpp"
#include "tests/support/scenario_text.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using support::Letter;
using support::Scenario;

base::Result<Scenario> parsed(std::string_view text) {
  const support::TemporaryFolder folder;
  std::ofstream(folder / "included.txt") << "from a\nfile\n";
  std::ofstream(folder / "case.scenario") << text;
  return Scenario::load(folder / "case.scenario");
}

constexpr std::string_view smallest = "# It works.\nexpect accept\n";

}  // namespace

TEST_CASE("a scenario is named by its first comment", "[scenario]") {
  const auto scenario = parsed(smallest);
  REQUIRE(scenario);
  CHECK(scenario->title == "It works");
  CHECK(scenario->expectations.size() == 1);
}

TEST_CASE("a faulty scenario is an error with file and line", "[scenario]") {
  struct Row {
    const char* what;
    const char* text;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {"no title", "expect accept\n", "case.scenario: begins with no comment"},
      {"no expectation", "# x\n", "case.scenario: expects nothing"},
      {"unknown word", "# x\nhelp me\n", "case.scenario: 2: unknown word help"},
      {"unknown expectation", "# x\nexpect wonders\n", "2: cannot expect wonders"},
      {"unknown type", "# x\ndns a.example SRV x\n", "2: unknown record type SRV"},
      {"bad TTL", "# x\ndns a.example TXT/soon x\n", "2: no TTL: TXT/soon"},
      {"unfinished string", "# x\ndns a.example TXT \"v=\n", "2: quoted string without end"},
      {"unfinished message", "# x\nmessage\nFrom: a\n", "message of line 2 has no end"},
      {"missing file", "# x\nmessage @none.eml\n", "2: cannot read"},
      {"bad time", "# x\nnow tomorrow\n", "2: now needs seconds"},
      {"bad setting", "# x\nconfig policy.preset\n", "2: config needs KEY = VALUE"},
      {"bad signature", "# x\nsign example.com\n", "2: sign needs tag=value"},
  }));
  INFO(row.what);
  const auto scenario = parsed(row.text);
  REQUIRE_FALSE(scenario);
  CHECK_THAT(scenario.error().what, Catch::Contains(row.error));
}

TEST_CASE("a message block gets CRLF and loses its doubled dots", "[scenario]") {
  const auto scenario = parsed("# x\nmessage\nA: 1\n  2\nB:3\n\nbody\n..\n.\nexpect accept\n");
  REQUIRE(scenario);
  const Letter& letter = scenario->dialogue.letter;
  REQUIRE(letter.fields.size() == 2);
  CHECK(letter.fields[0].value == " 1\n  2");
  CHECK(letter.fields[1].value == "3");
  CHECK(letter.body == "body\r\n.\r\n");
  CHECK(letter.text() == "A: 1\r\n  2\r\nB:3\r\n\r\nbody\r\n.\r\n");
}

TEST_CASE("lines can be repeated, filled and hold any octet", "[scenario]") {
  CHECK(support::message_line("a{b*3}c") == "abbbc\r\n");
  CHECK(support::message_line("{repeat 2}X: {n}{!*2}") == "X: 1!!\r\nX: 2!!\r\n");
  CHECK(support::message_line(R"(a\x00\x0db)") == std::string("a\0\rb\r\n", 6));
}

TEST_CASE("values of dns lines can be quoted, joined and read from files", "[scenario]") {
  const auto scenario = parsed(
      "# x\n"
      "dns a.example TXT \"one \" \"two \\\"\\\\\"\n"
      "dns b.example TXT bare words\n"
      "dns c.example TXT \"p={@included.txt}\"\n"
      "expect accept\n");
  REQUIRE(scenario);
  CHECK(scenario->dns[0].value == "one two \"\\");
  CHECK(scenario->dns[1].value == "bare words");
  CHECK(scenario->dns[2].value == "p=fromafile");
}

TEST_CASE("recorded dns lines are whole answers with their TTL", "[scenario]") {
  const auto scenario = parsed(
      "# x\n"
      "dns a\\x20b.example TXT/60/authentic \"one {x*2} \\x7bx*2}\"\n"
      "dns a\\x20b.example TXT/60/authentic \"two\"\n"
      "dns a\\x20b.example A/7 nodata\n"
      "dns 1.2.0.192.in-addr.arpa PTR/5 host.example\n"
      "dns null.example MX/5 0 .\n"
      "expect accept\n");
  REQUIRE(scenario);
  support::FakeResolver resolver;
  scenario->publish(resolver);
  const auto asked = [&](const char* name, dns::Type type) {
    return resolver.lookup({name, type}).get();
  };
  CHECK(asked("a b.example", dns::Type::txt) ==
        dns::Answer{dns::Outcome::found, {"one xx {x*2}", "two"}, base::Seconds(60), true});
  CHECK(asked("a b.example", dns::Type::a) ==
        dns::Answer{dns::Outcome::no_data, {}, base::Seconds(7), false});
  CHECK(asked("1.2.0.192.in-addr.arpa", dns::Type::ptr).records ==
        std::vector<dns::Record>{"host.example"});
  CHECK(asked("null.example", dns::Type::mx).records ==
        std::vector<dns::Record>{dns::MailExchange{0, ""}});
}

TEST_CASE("settings of a scenario win over the base", "[scenario]") {
  const auto scenario = parsed("# x\nconfig a.b = 2\nconfig c = \"x\"\nexpect accept\n");
  REQUIRE(scenario);
  CHECK(scenario->configuration({{"a.b", "1"}, {"d", "4"}}) == "a.b = 2\nc = \"x\"\nd = 4\n");
}

TEST_CASE("the tables of a configuration are settings of a scenario", "[scenario]") {
  const auto scenario = parsed(
      "# x\n"
      "config tenant = [{recipients = [\"a.example\"], override = [{match = {dkim = "
      "\"b.example\"}, "
      "action = \"tag\"}]}, {recipients = [\"*.c.example\"]}]\n"
      "config policy.preset = \"strict\"\n"
      "config protected = [{domain = \"d.example\"}]\n"
      "expect accept\n");
  REQUIRE(scenario);
  const auto config = config::parse(scenario->configuration({{"dns.attempts", "1"}}), "scenario");
  REQUIRE(config);
  REQUIRE(config->policy.tenants.list().size() == 2);
  CHECK(config->policy.tenants.list()[0].overrides.list().size() == 1);
  CHECK(config->policy.tenants.list()[1].stance.preset == policy::Preset::strict);
  CHECK(config->policy.protection.list().size() == 1);
}

TEST_CASE("fields are inserted and removed by Postfix's rules", "[scenario]") {
  Letter letter = Letter::parse("A: 1\r\nB: 2\r\na: 3\r\n\r\n");
  letter.change("A", 2, "");
  letter.insert(0, "C", " 0");
  letter.insert(99, "D", " 9");
  letter.change("E", 1, "");
  CHECK(letter.text() == "C: 0\r\nA: 1\r\nB: 2\r\nD: 9\r\n\r\n");
  CHECK(letter.values("a") == std::vector<std::string>{"1"});
}

TEST_CASE("from the first line that is no field all is body", "[scenario]") {
  const Letter letter = Letter::parse("A: 1\r\nno field\r\nB: 2\r\n\r\nx");
  CHECK(letter.fields.size() == 1);
  CHECK(letter.body == "no field\r\nB: 2\r\n\r\nx");
}

TEST_CASE("each broken expectation is reported with its line", "[scenario]") {
  const auto scenario = parsed(
      "# x\n"
      "expect reject 550 No such thing\n"
      "expect header Subject  lunch; noon\n"
      "expect no-header Subject dinner\n"
      "expect count Subject 2\n"
      "expect first To\n"
      "expect event /rule other\n"
      "expect no-event /rule\n"
      "expect rule none\n"
      "expect hold\n");
  REQUIRE(scenario);
  support::Outcome outcome;
  outcome.answer.letter = Letter::parse("Subject: dinner\r\n\r\n");
  outcome.event = R"({"action":"accept","rule":"none"})";
  const auto wrong = mismatches(*scenario, outcome);
  const std::vector<int> lines = {2, 3, 4, 5, 6, 7, 8, 10};
  REQUIRE(wrong.size() == lines.size() + 1);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK_THAT(wrong[i], Catch::StartsWith("line " + std::to_string(lines[i]) + ":"));
  }
}

TEST_CASE("an event that says otherwise than the MTA heard is a fault", "[scenario]") {
  const auto scenario = parsed(smallest);
  REQUIRE(scenario);
  support::Outcome outcome;
  outcome.event = R"({"action":"reject"})";
  CHECK(mismatches(*scenario, outcome).size() == 1);
  outcome.event = "";
  CHECK(mismatches(*scenario, outcome).size() == 1);
}
