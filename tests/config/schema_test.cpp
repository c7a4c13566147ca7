#include "config/schema.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "config/config.hpp"
#include "tests/config/complaint.hpp"

TEST_CASE("the keys of the contract are known", "[config]") {
  const auto keys = config::known_keys();
  for (const char* key : {"milter.socket",
                          "milter.authserv_id",
                          "milter.deadline_ms",
                          "dns.servers",
                          "dns.timeout_ms",
                          "dns.attempts",
                          "dns.cache_entries",
                          "trust.networks",
                          "trust.authenticated",
                          "trust.relays",
                          "trust.arc_sealers",
                          "policy.preset",
                          "policy.quarantine",
                          "policy.quarantine_header",
                          "policy.reply_text",
                          "policy.mixed",
                          "protected.domain",
                          "protected.subdomains",
                          "protected.allow_networks",
                          "protected.allow_dkim",
                          "tenant.recipients",
                          "tenant.preset",
                          "override.match",
                          "override.match.client",
                          "override.match.dkim",
                          "override.match.arc_sealer",
                          "override.action",
                          "spool.directory",
                          "store.url",
                          "metrics.listen"}) {
    INFO(key);
    CHECK(std::ranges::find(keys, key) != keys.end());
  }
}

TEST_CASE("the effective configuration reads back to itself", "[config]") {
  const std::string changed = R"(
[milter]
socket = "inet:[::1]:8893"
authserv_id = "mx.example.org"
gateway = "gw1"
deadline_ms = 1234
[log]
sink = "syslog"
format = "json"
level = "error"
local_parts = false
[dns]
servers = ["127.0.0.1:5353", "::1"]
resolv_conf = "/run/resolv.conf"
timeout_ms = 77
attempts = 3
breaker = false
breaker_zones = ["corp.example"]
trust_authentic = true
compact_denial = true
cache_entries = 5
[spf]
engine = "native"
threads = 3
[dkim]
rsa_bits_min = 2048
signatures_max = 4
partial_body_allowed = true
clock_skew_seconds = 0
[dmarc]
pct_zero_is_testing = true
[trust]
networks = ["192.0.2.0/24"]
authenticated = false
unknown_clients = true
relays = ["192.0.2.1"]
arc_sealers = ["seal.example"]
[policy]
preset = "strict"
enforce = "monitor"
percent = 7
reply_url = "https://example.org/"
defer_hours_max = 5
signals_header = "X-S"
mixed = "strictest"
percent_key = "0123456789abcdef"
dns_degraded = "accept"
quarantine = "hold"
quarantine_header = "X-Q: \"\\"
reply_text = "5.7.26 DMARC {from_domain}"
temporary_error = "defer"
from_fault = "tag"
spf_fail = "reject"
[spool]
directory = "/tmp/\u0001\""
[store]
url = "postgresql:///postern"
retention_days = 365
size_mib_max = 1024
keep_segments = true
[report]
organization = "Example Org"
from = "reports@example.org"
contact = "https://example.org/dmarc"
aggregate = false
failure = true
failure_domains = ["example.com"]
failure_key = "0123456789abcdef"
failure_per_minute = 3
copy_to = ["centre@cert.example"]
submit = "smtps://mail.example.org:465"
tls = "verified"
ca_file = "/etc/postern/ca.pem"
user = "reports"
password_file = "/etc/postern/password"
grace_minutes = 30
records_max = 7
daily_max = 7
pace_ms = 0
reply_seconds = 30
expiry_hours = 24
suppression_days = 1
[metrics]
listen = "127.0.0.1:1"
)";
  const auto first = config::parse(changed, "a");
  REQUIRE(first);
  const std::string shown = config::to_toml(*first);
  const auto second = config::parse(shown, "b");
  REQUIRE(second);
  CHECK(config::to_toml(*second) == shown);
  // Every value above differs from its default, so every key is read and shown.
  const std::string defaults = config::to_toml(config::Config{});
  for (std::size_t at = 0; at < defaults.size();) {
    const std::size_t end = defaults.find('\n', at);
    const std::string line = defaults.substr(at, end - at);
    at = end + 1;
    if (!line.contains(" = ")) continue;
    INFO(line);
    CHECK_FALSE(("\n" + shown).contains("\n" + line + "\n"));
  }
}

TEST_CASE("wrong values are refused with line and reason", "[config]") {
  const Complaint rows[] = {
      {"[milter]\ndeadline_ms = 0", "f:2: milter.deadline_ms: 0 is out of range: 1 to 250000"},
      {"[milter]\ndeadline_ms = 250001",
       "f:2: milter.deadline_ms: 250001 is out of range: 1 to 250000"},
      {"[milter]\ndeadline_ms = 1.5",
       "f:2: milter.deadline_ms: expected an integer, found a number with a fraction"},
      {"[milter]\nauthserv_id = \"a b\"", "f:2: milter.authserv_id: must look like a domain name"},
      {"[policy]\npercent_key = \"short\"",
       "f:2: policy.percent_key: must be a secret of 16 octets or more, or empty"},
      {"[trust]\nunknown_clients = 1",
       "f:2: trust.unknown_clients: expected true or false, found an integer"},
      {"[dns]\nservers = [\"localhost\"]",
       "f:2: dns.servers: \"localhost\" is no address; write \"127.0.0.1\" or \"[::1]:53\""},
      {"[dns]\nservers = \"127.0.0.1\"",
       "f:2: dns.servers: expected an array of strings, found a string"},
      {"[spf]\nengine = \"magic\"",
       "f:2: spf.engine: \"magic\" is none of \"libspf2\", \"native\""},
      {"[dkim]\nrsa_bits_min = 512", "f:2: dkim.rsa_bits_min: 512 is out of range: 1024 to 4096"},
      {"[spool]\ndirectory = \"spool\"", "f:2: spool.directory: must begin with \"/\""},
      {"[metrics]\nlisten = \"9893\"",
       "f:2: metrics.listen: \"9893\" is no address to listen on: "
       "write \"127.0.0.1:9893\" or \"[::1]:9893\""},
      {"[milter]\ngateway = \"a\\nb\"",
       "f:2: milter.gateway: must be at most 253 octets of printable ASCII without quotes"},
      {"[dns]\nbreaker = \"off\"", "f:2: dns.breaker: expected true or false, found a string"},
      {"[dns]\nbreaker_zones = [\"a..b\"]", "f:2: dns.breaker_zones: \"a..b\" is no domain"},
      {"[dns]\nresolv_conf = \"resolv.conf\"", "f:2: dns.resolv_conf: must begin with \"/\""},
      {"[store]\nurl = \"sqlite:postern.db\"",
       "f:2: store.url: must be like \"sqlite:/var/lib/postern/postern.db\" or "
       "\"postgresql://user@host/database\""},
      {"[store]\nretention_days = 0", "f:2: store.retention_days: 0 is out of range: 1 to 3650"},
  };
  for (const Complaint& row : rows)
    CHECK(complaint(row.text) == row.what);
}

TEST_CASE("keys of later versions are refused, not ignored", "[config]") {
  const Complaint rows[] = {
      {"\n[dashboard]", "f:2: [dashboard]: is not available in this version"},
  };
  for (const Complaint& row : rows)
    CHECK(complaint(row.text) == row.what);
}

TEST_CASE("an unknown section or key is refused with the nearest known one", "[config]") {
  CHECK(complaint("[policies]") ==
        "f:1: unknown section or key \"policies\"; did you mean [policy]?");
  CHECK(complaint("preset = \"strict\"") == "f:1: unknown section or key \"preset\"");
  CHECK(complaint("[milter]\nsoket = \"/x\"") ==
        "f:2: unknown key \"soket\" in [milter]; did you mean \"socket\"?");
  CHECK(complaint("[milter.socket]\nx = 1") ==
        "f:1: milter.socket: expected a string, found a table");
}

TEST_CASE("a socket open to other machines is worth a warning", "[config]") {
  const auto config = config::parse("[milter]\nsocket = \"inet:0.0.0.0:8893\"", "f");
  REQUIRE(config);
  CHECK(config->socket == "inet:8893@0.0.0.0");
  CHECK(config->warnings.size() == 1);
}

TEST_CASE("a password that was only shown as stars is worth a warning", "[config]") {
  const auto config = config::parse("[store]\nurl = \"postgresql://u:***@h/d\"", "f");
  REQUIRE(config);
  REQUIRE(config->warnings.size() == 1);
  CHECK(config->warnings[0].contains("postern config show"));
}

TEST_CASE("the keys beside policy are read", "[config]") {
  const auto config = config::parse(
      "[milter]\ngateway = \"gw1\"\n[dns]\nbreaker = false\n[dmarc]\npct_zero_is_testing = true\n"
      "[store]\nurl = \"postgresql:///postern\"\nretention_days = 7\nsize_mib_max = 100\nkeep_segments = true",
      "f");
  REQUIRE(config);
  CHECK(config->gateway == "gw1");
  CHECK_FALSE(config->breaker);
  CHECK(config->verify.pct_zero_is_testing);
  CHECK(config->store == config::Store{"postgresql:///postern", 7, 100, true});
}
