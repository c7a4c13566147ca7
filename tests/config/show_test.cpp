#include <string>

#include <catch2/catch.hpp>

#include "config/config.hpp"
#include "config/schema.hpp"

TEST_CASE("the effective configuration reads back to itself", "[config]") {
  const std::string changed = R"(
[milter]
socket = "inet:[::1]:8893"
authserv_id = "mx.example.org"
deadline_ms = 1234
[log]
sink = "syslog"
format = "json"
level = "error"
local_parts = false
[dns]
servers = ["127.0.0.1:5353", "::1"]
timeout_ms = 77
attempts = 3
trust_authentic = true
compact_denial = true
cache_entries = 5
[spf]
engine = "native"
threads = 2
[dkim]
rsa_bits_min = 2048
signatures_max = 4
partial_body_allowed = true
clock_skew_seconds = 0
[trust]
networks = ["192.0.2.0/24"]
authenticated = false
[policy]
preset = "strict"
quarantine = "hold"
quarantine_header = "X-Q: \"\\"
reply_text = "5.7.26 DMARC {from_domain}"
temporary_error = "defer"
from_fault = "tag"
spf_fail = "reject"
[spool]
directory = "/tmp/\u0001\""
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
    if (!line.contains(" = ") || line.ends_with("= []")) continue;
    INFO(line);
    CHECK_FALSE(("\n" + shown).contains("\n" + line + "\n"));
  }
}

TEST_CASE("every known key is shown", "[config]") {
  const std::string shown = "\n" + config::to_toml(config::Config{});
  for (const std::string& key : config::known_keys()) {
    if (key == "policy.mixed") continue;  // Of a later version, and has no empty value.
    INFO(key);
    CHECK(shown.contains("\n" + key.substr(key.find('.') + 1) + " = "));
  }
}

TEST_CASE("the digest is the same for the same configuration only", "[config]") {
  config::Config one;
  const std::string digest = config::digest(one);
  CHECK(digest.size() == 16);
  CHECK(config::digest(config::Config{}) == digest);
  one.warnings.emplace_back("does not count");
  CHECK(config::digest(one) == digest);
  one.verify.deadline += std::chrono::milliseconds(1);
  CHECK(config::digest(one) != digest);
}
