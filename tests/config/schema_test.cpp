#include "config/schema.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "config/config.hpp"

namespace {

// What parse() complains about, without the file's name.
std::string complaint(std::string_view text) {
  const auto config = config::parse(text, "f");
  return config ? "" : config.error().what;
}

}  // namespace

TEST_CASE("the keys of the contract are known", "[config]") {
  const auto keys = config::known_keys();
  for (const char* key :
       {"milter.socket", "milter.authserv_id", "milter.deadline_ms", "dns.servers",
        "dns.timeout_ms", "dns.attempts", "dns.cache_entries", "trust.networks",
        "trust.authenticated", "trust.relays", "trust.arc_sealers", "policy.preset",
        "policy.quarantine", "policy.quarantine_header", "policy.reply_text", "spool.directory",
        "metrics.listen"}) {
    INFO(key);
    CHECK(std::ranges::find(keys, key) != keys.end());
  }
}

TEST_CASE("wrong values are refused with line and reason", "[config]") {
  struct Row {
    std::string text;
    std::string complaint;
  };
  const Row rows[] = {
      {"[milter]\ndeadline_ms = 0", "f:2: milter.deadline_ms: 0 is out of range: 1 to 250000"},
      {"[milter]\ndeadline_ms = 250001",
       "f:2: milter.deadline_ms: 250001 is out of range: 1 to 250000"},
      {"[milter]\ndeadline_ms = 1.5",
       "f:2: milter.deadline_ms: expected an integer, found a number with a fraction"},
      {"[milter]\nauthserv_id = \"a b\"", "f:2: milter.authserv_id: must look like a domain name"},
      {"[dns]\nservers = [\"localhost\"]",
       "f:2: dns.servers: \"localhost\" is no address; write \"127.0.0.1\" or \"[::1]:53\""},
      {"[dns]\nservers = \"127.0.0.1\"",
       "f:2: dns.servers: expected an array of strings, found a string"},
      {"[spf]\nengine = \"magic\"",
       "f:2: spf.engine: \"magic\" is none of \"libspf2\", \"native\""},
      {"[dkim]\nrsa_bits_min = 512", "f:2: dkim.rsa_bits_min: 512 is out of range: 1024 to 4096"},
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
       "there are {from_domain}, {event_id} and {reason}"},
      {"[policy]\nreply_text = \"DMARC {from_domain\"",
       "f:2: policy.reply_text: unknown placeholder {from_domain}; "
       "there are {from_domain}, {event_id} and {reason}"},
      {"[spool]\ndirectory = \"spool\"", "f:2: spool.directory: must begin with \"/\""},
      {"[metrics]\nlisten = \"9893\"",
       "f:2: metrics.listen: \"9893\" is no address to listen on: "
       "write \"127.0.0.1:9893\" or \"[::1]:9893\""},
  };
  for (const Row& row : rows)
    CHECK(complaint(row.text) == row.complaint);
}

TEST_CASE("keys of later versions are refused, not ignored", "[config]") {
  struct Row {
    std::string text;
    std::string complaint;
  };
  const Row rows[] = {
      {"[trust]\nrelays = [\"192.0.2.1\"]", "f:2: trust.relays: is not available in this version"},
      {"[trust]\narc_sealers = [\"example.org\"]",
       "f:2: trust.arc_sealers: is not available in this version"},
      {"[policy]\nmixed = \"mildest\"", "f:2: policy.mixed: is not available in this version"},
      {"\n[[protected]]\ndomain = \"example.org\"",
       "f:2: [protected]: is not available in this version"},
      {"\n[[tenant]]\npreset = \"strict\"", "f:2: [tenant]: is not available in this version"},
      {"\n[[override]]\naction = \"accept\"", "f:2: [override]: is not available in this version"},
      {"\n[store]\nurl = \"sqlite:x\"", "f:2: [store]: is not available in this version"},
      {"\n[report]\nfrom = \"a@b\"", "f:2: [report]: is not available in this version"},
      {"\n[dashboard]", "f:2: [dashboard]: is not available in this version"},
      {"protected = []\ntenant = []\noverride = []\n[trust]\nrelays = []\narc_sealers = []", ""},
  };
  for (const Row& row : rows)
    CHECK(complaint(row.text) == row.complaint);
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

TEST_CASE("a socket open to other machines is worth a warning", "[config]") {
  const auto config = config::parse("[milter]\nsocket = \"inet:0.0.0.0:8893\"", "f");
  REQUIRE(config);
  CHECK(config->socket == "inet:8893@0.0.0.0");
  CHECK(config->warnings.size() == 1);
}
