#include "config/tables.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/config/complaint.hpp"

using policy::Action;

namespace {

base::Domain domain(std::string_view text) { return base::Domain::parse(text).value(); }
base::Network network(std::string_view text) { return base::Network::parse(text).value(); }

config::Config parsed(std::string_view text) {
  auto config = config::parse(text, "f");
  INFO((config ? "" : config.error().what));
  REQUIRE(config);
  return *std::move(config);
}

}  // namespace

TEST_CASE("wrong protected domains and stages are refused with line and reason", "[config]") {
  const Complaint rows[] = {
      {"\n[[protected]]\nsubdomains = true", "f:2: protected[1].domain: is missing"},
      {"[[protected]]\ndomain = \"uk\"",
       "f:2: protected[1].domain: \"uk\" is a public suffix: what is below it is others'"},
      {"[[protected]]\ndomain = \"co.uk\"",
       "f:2: protected[1].domain: \"co.uk\" is a public suffix: what is below it is others'"},
      {"[[protected]]\ndomain = \"192.0.2.0/24\"",
       "f:2: protected[1].domain: \"192.0.2.0/24\" is a network, not a domain"},
      {"[[protected]]\ndomain = \"\"", "f:2: protected[1].domain: \"\" is no domain"},
      {"[[protected]]\ndomain = \"a.example\"\n[[protected]]\ndomain = \"A.example\"",
       "f:4: protected[2].domain: \"a.example\" has a table in line 1 already"},
      {"[[protected]]\ndomain = \"a.example\"\nallow_networks = [\"0.0.0.0/0\"]",
       "f:3: protected[1].allow_networks: \"0.0.0.0/0\" is everybody: "
       "the domain would not be protected"},
      {"[[protected]]\ndomain = \"a.example\"\nallow_dkim = [\"com\"]",
       "f:3: protected[1].allow_dkim: \"com\" is a public suffix: what is below it is others'"},
      {"[[protected]]\ndomain = \"a.example\"\nallow_users = [\"\"]",
       "f:3: protected[1].allow_users: \"\" is nobody"},
      {"[[protected]]\ndomain = \"a.example\"\nallow_user = [\"a\"]",
       "f:3: unknown key \"allow_user\" in protected[1]; did you mean \"allow_users\"?"},
      {"[protected]\ndomain = \"a.example\"",
       "f:1: protected: expected an array of tables, [[protected]], found a table"},
      {"protected = [1]", "f:1: protected[1]: expected a table, found an integer"},
      {"[[stage]]\nenforce = \"tag\"", "f:1: stage[1].domain: is missing"},
      {"[[stage]]\ndomain = \"a.example\"\n[[stage]]\ndomain = \"a.example\"",
       "f:4: stage[2].domain: \"a.example\" has a table in line 1 already"},
      {"[[stage]]\ndomain = \"a.example\"\nenforce = \"tag\"\npercent = 0",
       "f:4: stage[1].percent: 0 is the step below: write enforce = \"monitor\" and no percent"},
  };
  for (const Complaint& row : rows)
    CHECK(complaint(row.text) == row.what);
}

TEST_CASE("wrong overrides are refused with line and reason", "[config]") {
  const std::string accept = "action = \"accept\"\n[[override]]\n";
  const Complaint rows[] = {
      {"[[override]]\naction = \"accept\"",
       "f:1: override[1].match: must have client, dkim, arc_sealer or forwarder"},
      {"[[override]]\nmatch = {}\naction = \"accept\"",
       "f:2: override[1].match: must have client, dkim, arc_sealer or forwarder"},
      {"[[override]]\nmatch = { from = \"a.example\" }\naction = \"accept\"",
       "f:2: override[1].match: from alone is what anybody can write; add client, dkim, arc_sealer "
       "or forwarder"},
      {"[[override]]\nmatch = { client = \"192.0.2.1\" }", "f:1: override[1].action: is missing"},
      {"[[override]]\nmatch = { client = \"192.0.2.1\" }\naction = \"defer\"",
       "f:3: override[1].action: \"defer\" is none of \"accept\", \"tag\", \"quarantine\", "
       "\"reject\""},
      {"[[override]]\nmatch = { client = \"0.0.0.0/0\" }\naction = \"accept\"",
       "f:2: override[1].match.client: \"0.0.0.0/0\" is everybody: change [policy] rather than "
       "override it for all"},
      {"[[override]]\nmatch = { client = \"a.example\" }\naction = \"accept\"",
       "f:2: override[1].match.client: \"a.example\" is no network; write \"192.0.2.0/24\" or "
       "\"::1\""},
      {"[[override]]\nmatch = { dkim = \"192.0.2.1\" }\naction = \"accept\"",
       "f:2: override[1].match.dkim: \"192.0.2.1\" is a network, not a domain"},
      {"[[override]]\nmatch = { forwarder = \"co.jp\" }\naction = \"accept\"",
       "f:2: override[1].match.forwarder: \"co.jp\" is a public suffix: what is below it is "
       "others'"},
      {"[[override]]\nmatch = { arc_sealer = 1 }\naction = \"accept\"",
       "f:2: override[1].match.arc_sealer: expected a string, found an integer"},
      {"[[override]]\nmatch = { dkin = \"a.example\", dkim = \"a.example\" }\naction = \"accept\"",
       "f:2: unknown key \"dkin\" in override[1].match; did you mean \"dkim\"?"},
      {"[[tenant]]\nrecipients = [\"a.example\"]\n[[tenant.override]]\naction = \"accept\"",
       "f:3: tenant[1].override[1].match: must have client, dkim, arc_sealer or forwarder"},
  };
  for (const Complaint& row : rows)
    CHECK(complaint(row.text) == row.what);
}

TEST_CASE("wrong tenants are refused with line and reason", "[config]") {
  const Complaint rows[] = {
      {"[[tenant]]\nname = \"a\"", "f:1: tenant[1].recipients: is missing"},
      {"[[tenant]]\nrecipients = []", "f:2: tenant[1].recipients: must not be empty"},
      {"[[tenant]]\nrecipients = [\"a.example\",\n\"*\"]",
       "f:3: tenant[1].recipients: \"*\" is everybody: that is what [policy] is for; "
       "write \"*.example.net\""},
      {"[[tenant]]\nrecipients = [\"*.\"]", "f:2: tenant[1].recipients: \"\" is no domain"},
      {"[[tenant]]\nrecipients = [\"a.*.example\"]",
       "f:2: tenant[1].recipients: \"a.*.example\" is no domain"},
      {"[[tenant]]\nrecipients = [\"bob@a.example\"]",
       "f:2: tenant[1].recipients: \"bob@a.example\" is no domain"},
      {"[[tenant]]\nrecipients = [\"a.example\",\n\"*.b.example\"]\n"
       "[[tenant]]\nrecipients = [\"c.example\",\n\"*.B.example\"]",
       "f:6: tenant[2].recipients: \"*.b.example\" is in line 3 already"},
      {"[[tenant]]\nrecipients = [\"\u00FC.example\", \"xn--tda.example\"]",
       "f:2: tenant[1].recipients: \"xn--tda.example\" is in line 2 already"},
      {"[[tenant]]\nrecipients = [\"a.example\"]\npreset = \"rfc7489\"",
       "f:3: tenant[1].preset: \"rfc7489\" is none of \"monitor\", \"rfc9989\", \"strict\""},
      {"[[tenant]]\nrecipients = [\"a.example\"]\nname = \"\"",
       "f:3: tenant[1].name: must be 1 to 253 octets of printable ASCII without quotes"},
      {"[[tenant]]\nrecipients = [\"a.example\"]\nmixed = \"mildest\"",
       "f:3: unknown key \"mixed\" in tenant[1]"},
      {"[[tenant]]\nrecipients = [\"a.example\"]\nreply_text = \"{x}\"",
       "f:3: tenant[1].reply_text: unknown placeholder {x}; "
       "there are {from_domain}, {event_id}, {reason}, {client} and {failed}"},
  };
  for (const Complaint& row : rows)
    CHECK(complaint(row.text) == row.what);
}

TEST_CASE("users need no exception where all of them are trusted", "[config]") {
  const std::string table =
      "[[protected]]\ndomain = \"example.org\"\nallow_users = [\"scanner\"]\n";
  CHECK(parsed(table).warnings ==
        std::vector<std::string>{
            "protected[1].allow_users: changes nothing while [trust] authenticated is true"});
  CHECK(parsed("[trust]\nauthenticated = false\n" + table).warnings.empty());
}

TEST_CASE("protected domains and stages are read", "[config]") {
  const config::Config config = parsed(R"(
[[protected]]
domain = "Example.ORG"
[[protected]]
domain = "sub.example.org"
subdomains = false
allow_networks = ["192.0.2.0/24", "::1"]
allow_dkim = ["esp.example"]
allow_users = ["scanner"]
[[stage]]
domain = "com"
subdomains = false
enforce = "quarantine"
percent = 10
[[stage]]
domain = "a.example"
)");
  const auto& list = config.policy.protection.list();
  REQUIRE(list.size() == 2);
  CHECK(list[0].domain == domain("example.org"));
  CHECK(list[0].subdomains);
  CHECK(list[0].allow_networks.empty());
  CHECK_FALSE(list[1].subdomains);
  CHECK(list[1].allow_networks == std::vector{network("192.0.2.0/24"), network("::1")});
  CHECK(list[1].allow_dkim == std::vector{domain("esp.example")});
  CHECK(list[1].allow_users == std::vector<std::string>{"scanner"});
  const auto& stages = config.policy.stages.list();
  REQUIRE(stages.size() == 2);
  CHECK(stages[0].domain == domain("com"));
  CHECK_FALSE(stages[0].subdomains);
  CHECK(stages[0].stage == policy::Stage{Action::quarantine, 10});
  CHECK(stages[1].subdomains);
  CHECK(stages[1].stage == policy::Stage{});
}

TEST_CASE("a tenant has the site's value for each key it lacks", "[config]") {
  const config::Config config = parsed(R"(
[[tenant]]
recipients = ["Example.NET", "*.example.net"]
preset = "strict"
percent = 5
[[tenant.override]]
match = { dkim = "list.example" }
action = "reject"
[[tenant]]
name = "second"
recipients = ["\u00FC.example"]
reply_text = "DMARC"
reply_url = ""
[policy]
preset = "monitor"
enforce = "tag"
reply_text = "5.7.26 no DMARC"
reply_url = "http://example.org"
temporary_error = "defer"
from_fault = "tag"
spf_fail = "quarantine"
)");
  const policy::Stance& site = config.policy.site;
  CHECK(site.preset == policy::Preset::monitor);
  const auto& list = config.policy.tenants.list();
  REQUIRE(list.size() == 2);
  CHECK(list[0].name == "example.net");
  CHECK(list[0].recipients == std::vector<std::string>{"example.net", "*.example.net"});
  policy::Stance expected = site;
  expected.preset = policy::Preset::strict;
  expected.stage.percent = 5;
  CHECK(list[0].stance == expected);
  CHECK(list[0].overrides.list() ==
        std::vector{policy::Override{{{}, domain("list.example"), {}, {}, {}}, Action::reject}});
  CHECK(list[1].name == "second");
  CHECK(list[1].recipients == std::vector<std::string>{"xn--tda.example"});
  expected = site;
  expected.reply_text = "DMARC";
  expected.reply_url = "";
  CHECK(list[1].stance == expected);
  CHECK(list[1].overrides.list().empty());
}

TEST_CASE("overrides are read in their order, inline or not", "[config]") {
  const config::Config config = parsed(
      "override = [{match = {client = \"192.0.2.0/24\", from = \"com\"}, action = \"tag\"},\n"
      "{match = {arc_sealer = \"a.example\", forwarder = \"b.example\"}, action = "
      "\"quarantine\"}]");
  const std::vector<policy::Override> expected = {
      {{network("192.0.2.0/24"), {}, {}, {}, domain("com")}, Action::tag},
      {{{}, {}, domain("a.example"), domain("b.example"), {}}, Action::quarantine}};
  CHECK(config.policy.overrides.list() == expected);
  CHECK(config.warnings.empty());
}

TEST_CASE("an override for a large part of the Internet is worth a warning", "[config]") {
  const config::Config config = parsed(
      "[[override]]\nmatch = { client = \"64.0.0.0/7\" }\naction = \"tag\"\n"
      "[[override]]\nmatch = { client = \"2000::/15\" }\naction = \"tag\"\n"
      "[[override]]\nmatch = { client = \"10.0.0.0/8\" }\naction = \"tag\"");
  REQUIRE(config.warnings.size() == 2);
  CHECK(config.warnings[0] ==
        "override[1].match.client: 64.0.0.0/7 is a large part of the Internet");
}

TEST_CASE("the keys of every table are known", "[config]") {
  const auto keys = config::table_keys();
  CHECK(keys.size() == 5 + 11 + 2 + 5 + 4);
  CHECK(keys.front() == "protected.domain");
  CHECK(keys.back() == "stage.percent");
}

TEST_CASE("as many tenants as a provider has are read", "[config]") {
  constexpr int count = 2000;
  std::string text;
  std::string overlapping;
  for (int i = 0; i < count; ++i) {
    text += "[[tenant]]\nrecipients = [\"d" + std::to_string(i) + ".example\"]\n";
    overlapping += "[[tenant]]\nrecipients = [\"example.net\"]\n";
  }
  const config::Config config = parsed(text);
  CHECK(config.policy.tenants.list().size() == count);
  CHECK(config.policy.tenants.list().back().name == "d1999.example");
  const std::string what = complaint(overlapping);
  CHECK(what.starts_with("f:4: tenant[2].recipients: \"example.net\" is in line 2 already\n"));
  CHECK(what.ends_with("\nf: and 1899 more"));
}
