#include "config/policy_kinds.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/config/complaint.hpp"

using policy::Action;

TEST_CASE("wrong values of [trust] and [policy] are refused with line and reason", "[config]") {
  const Complaint rows[] = {
      {"[trust]\nnetworks = [\"0.0.0.0/0\"]",
       "f:2: trust.networks: \"0.0.0.0/0\" is everybody: no message would ever be verified"},
      {"[trust]\nnetworks = [\"192.0.2.0/33\"]",
       "f:2: trust.networks: \"192.0.2.0/33\" is no network; write \"192.0.2.0/24\" or \"::1\""},
      {"[policy]\nquarantine_header = \"X-Q\"",
       "f:2: policy.quarantine_header: must be like \"X-Postern-Quarantine: yes\""},
      {"[policy]\nquarantine_header = \"X-Q: a\\r\\nBcc: b\"",
       "f:2: policy.quarantine_header: must be like \"X-Postern-Quarantine: yes\""},
      {"[policy]\nquarantine_header = \"from: a\"",
       "f:2: policy.quarantine_header: \"from\" means something else; use a name of its own"},
      {"[policy]\nreply_text = \"4.7.1 DMARC\"",
       "f:2: policy.reply_text: the code must be like \"5.7.1\", for a rejection"},
      {"[policy]\nreply_text = \"DMARC\\nx\"", "f:2: policy.reply_text: must be printable ASCII"},
      {"[policy]\nreply_text = \"5.7.1  \"", "f:2: policy.reply_text: must not be empty"},
      {"[policy]\nreply_text = \"DMARC {domain}\"",
       "f:2: policy.reply_text: unknown placeholder {domain}; "
       "there are {from_domain}, {event_id}, {reason}, {client} and {failed}"},
      {"[policy]\nreply_text = \"DMARC {from_domain\"",
       "f:2: policy.reply_text: unknown placeholder {from_domain}; "
       "there are {from_domain}, {event_id}, {reason}, {client} and {failed}"},
      {"[trust]\nrelays = [\"::/0\"]",
       "f:2: trust.relays: \"::/0\" is everybody: every client could say who it is"},
      {"[trust]\narc_sealers = [\"example.org\",\n\"com\"]",
       "f:3: trust.arc_sealers: \"com\" is a public suffix: what is below it is others'"},
      {"[policy]\npreset = \"lenient\"",
       "f:2: policy.preset: \"lenient\" is none of \"monitor\", \"rfc9989\", \"strict\""},
      {"[policy]\nenforce = \"accept\"",
       "f:2: policy.enforce: \"accept\" is none of \"monitor\", \"tag\", \"quarantine\", "
       "\"reject\""},
      {"[policy]\npercent = 0",
       "f:2: policy.percent: 0 is the step below: write enforce = \"quarantine\" and no percent"},
      {"[policy]\npercent = 0\nenforce = \"monitor\"",
       "f:2: policy.percent: 0 is the step below: write enforce = \"monitor\" and no percent"},
      {"[policy]\npercent = 101", "f:2: policy.percent: 101 is out of range: 0 to 100"},
      {"[policy]\nreply_url = \"ftp://example.org/\"",
       "f:2: policy.reply_url: must be like \"https://example.org/refused?id={event_id}\""},
      {"[policy]\nreply_url = \"https:///x\"",
       "f:2: policy.reply_url: must be like \"https://example.org/refused?id={event_id}\""},
      {"[policy]\nreply_url = \"http://example.org/a b\"",
       "f:2: policy.reply_url: must be like \"https://example.org/refused?id={event_id}\""},
      {"[policy]\nreply_url = \"http://example.org/" + std::string(132, 'x') + "\"",
       "f:2: policy.reply_url: is longer than 150 octets"},
      {"[policy]\nreply_url = \"http://example.org/{reason}\"",
       "f:2: policy.reply_url: unknown placeholder {reason}; there is {event_id}"},
      {"[policy]\ndefer_hours_max = 121",
       "f:2: policy.defer_hours_max: 121 is out of range: 1 to 120"},
      {"[policy]\nsignals_header = \"X-S: x\"",
       "f:2: policy.signals_header: must be a name like \"X-Postern-Signals\""},
      {"[policy]\nsignals_header = \"received\"",
       "f:2: policy.signals_header: \"received\" means something else; use a name of its own"},
      {"[policy]\nsignals_header = \"x-postern-quarantine\"",
       "f:2: policy.signals_header: is the name of quarantine_header"},
      {"[policy]\nmixed = \"first\"",
       "f:2: policy.mixed: \"first\" is none of \"mildest\", \"strictest\""},
      {"[policy]\ndns_degraded = \"tag\"",
       "f:2: policy.dns_degraded: \"tag\" is none of \"accept\", \"defer\""},
  };
  for (const Complaint& row : rows)
    CHECK(complaint(row.text) == row.what);
}

TEST_CASE("what stands in [trust] and [policy] is read", "[config]") {
  const auto config = config::parse(R"(
[trust]
relays = ["192.0.2.1"]
arc_sealers = ["Seal.Example"]
[policy]
enforce = "tag"
percent = 100
reply_url = "https://example.org/?id={event_id}"
signals_header = "X-Signals"
mixed = "strictest"
dns_degraded = "defer"
defer_hours_max = 120
)",
                                    "f");
  REQUIRE(config);
  CHECK(config->warnings.empty());
  const policy::Rules& rules = config->policy;
  CHECK(rules.trust.relays == std::vector{base::Network::parse("192.0.2.1").value()});
  CHECK(rules.arc_sealers == std::vector{base::Domain::parse("seal.example").value()});
  CHECK(rules.site.stage == policy::Stage{Action::tag, 100});
  CHECK(rules.site.reply_url == "https://example.org/?id={event_id}");
  CHECK(rules.signals_header == "X-Signals");
  CHECK(rules.mixed == policy::Mixed::strictest);
  CHECK(rules.degraded == policy::Degraded::defer);
  CHECK(config->defer_max == std::chrono::hours(120));
}

TEST_CASE("a share of nothing is worth a warning", "[config]") {
  const auto config = config::parse("[policy]\nenforce = \"monitor\"\npercent = 50", "f");
  REQUIRE(config);
  REQUIRE(config->warnings.size() == 1);
  CHECK(config->warnings[0].starts_with("policy.percent: "));
}

TEST_CASE("the code of a reply is told from its text", "[config]") {
  const auto with_code = config::parse("[policy]\nreply_text = \"5.7.26 no, DMARC\"", "f");
  REQUIRE(with_code);
  CHECK(with_code->policy.site.reject_code == "5.7.26");
  CHECK(with_code->policy.site.reply_text == "no, DMARC");
  CHECK(with_code->warnings.empty());
  const auto without = config::parse("[policy]\nreply_text = \"go away\"", "f");
  REQUIRE(without);
  CHECK(without->policy.site.reject_code == "5.7.1");
  CHECK(without->policy.site.reply_text == "go away");
  REQUIRE(without->warnings.size() == 1);
  CHECK(without->warnings[0].contains("DMARC"));
}
