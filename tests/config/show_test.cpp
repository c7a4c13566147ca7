#include "config/show.hpp"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "config/config.hpp"
#include "config/schema.hpp"

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

TEST_CASE("every known key is shown", "[config]") {
  const auto config = config::parse(R"(
[[protected]]
domain = "example.org"
[[tenant]]
recipients = ["example.net"]
preset = "strict"
enforce = "quarantine"
percent = 50
reply_text = "DMARC"
reply_url = "https://example.net/"
temporary_error = "defer"
from_fault = "tag"
spf_fail = "reject"
[[tenant.override]]
match = { client = "192.0.2.1", dkim = "a.example" }
action = "tag"
[[override]]
match = { arc_sealer = "b.example", forwarder = "c.example", from = "d.example" }
action = "accept"
[[stage]]
domain = "example.com"
)",
                                    "f");
  REQUIRE(config);
  const std::string shown = config::to_toml(*config);
  for (const std::string& key : config::known_keys()) {
    INFO(key);
    // Each section or array of tables up to the next one.
    const std::string name = key.substr(0, key.find('.'));
    const std::size_t begin = ("\n" + shown).find("[" + name + "]");
    REQUIRE(begin != std::string::npos);
    const std::string block = shown.substr(begin, shown.find("\n\n", begin) - begin);
    const std::string words = key.substr(key.rfind('.') + 1) + " = ";
    CHECK((block.contains("\n" + words) ||
           (key.starts_with("override.match.") && shown.contains(words))));
  }
}

TEST_CASE("a tenant is shown with what sets it apart from the site", "[config]") {
  const auto config = config::parse(
      "[policy]\npreset = \"strict\"\n[[tenant]]\nrecipients = [\"*.example.net\"]\n"
      "preset = \"strict\"\nspf_fail = \"reject\"\n"
      "override = [{match = {dkim = \"a.example\"}, action = \"tag\"}]",
      "f");
  REQUIRE(config);
  CHECK(config::to_toml(*config).ends_with(
      "\n\n[[tenant]]\nname = \"*.example.net\"\nrecipients = [\"*.example.net\"]\n"
      "spf_fail = \"reject\"\n"
      "override = [{match = {dkim = \"a.example\"}, action = \"tag\"}]\n"));
}

TEST_CASE("no password is shown, and none changes the digest", "[config]") {
  const auto one = config::parse("[store]\nurl = \"postgresql://u:secret@h/d\"", "f");
  const auto other = config::parse("[store]\nurl = \"postgresql://u:geheim@h/d\"", "f");
  REQUIRE((one && other));
  CHECK(config::to_toml(*one).contains("url = \"postgresql://u:***@h/d\""));
  CHECK_FALSE(config::to_toml(*one).contains("secret"));
  CHECK(config::digest(*one) == config::digest(*other));
}

namespace {

// Draws small numbers, always the same.
class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned count) { return static_cast<unsigned>(engine_()) % count; }
  template <class Item>
  const Item& one_of(const std::vector<Item>& items) {
    return items[below(static_cast<unsigned>(items.size()))];
  }

 private:
  std::minstd_rand engine_;
};

base::Domain some_domain(Dice& dice) {
  return base::Domain::parse("d" + std::to_string(dice.below(1000)) + ".example").value();
}

base::Network some_network(Dice& dice) {
  const std::string text =
      dice.below(2) == 0
          ? "10." + std::to_string(dice.below(256)) + ".0.0/" + std::to_string(8 + dice.below(25))
          : "2001:db8:" + std::to_string(dice.below(9999)) + "::/48";
  return base::Network::parse(text).value();
}

std::string some_text(Dice& dice) {
  std::string text = "DMARC ";
  for (unsigned i = dice.below(20); i > 0; --i)
    text += dice.one_of<char>({'"', '\\', '#', '=', '[', '\'', 'a', ' ', '.', '}', ','});
  return text + "x";
}

policy::Stage some_stage(Dice& dice) {
  using policy::Action;
  return {dice.one_of<Action>({Action::accept, Action::tag, Action::quarantine, Action::reject}),
          1 + dice.below(100)};
}

policy::Stance some_stance(Dice& dice) {
  using policy::Action;
  using policy::Preset;
  return {.preset = dice.one_of<Preset>({Preset::monitor, Preset::rfc9989, Preset::strict}),
          .stage = some_stage(dice),
          .on_temporary_error = dice.one_of<policy::TemporaryError>(
              {policy::TemporaryError::weigh, policy::TemporaryError::defer,
               policy::TemporaryError::accept}),
          .on_from_fault = dice.one_of<Action>({Action::tag, Action::quarantine, Action::reject}),
          .on_spf_fail = dice.one_of<Action>({Action::accept, Action::quarantine, Action::reject}),
          .reject_code = dice.one_of<std::string>({"5.7.1", "5.7.26"}),
          .reply_text = some_text(dice),
          .reply_url = dice.one_of<std::string>({"", "https://example.org/?{event_id}"})};
}

policy::Overrides some_overrides(Dice& dice) {
  using policy::Action;
  std::vector<policy::Override> list(dice.below(4));
  for (policy::Override& item : list) {
    item.match.client = some_network(dice);
    if (dice.below(2) == 0) item.match.dkim = some_domain(dice);
    if (dice.below(2) == 0) item.match.arc_sealer = some_domain(dice);
    if (dice.below(2) == 0) item.match.forwarder = some_domain(dice);
    if (dice.below(2) == 0) item.match.from = some_domain(dice);
    item.action = dice.one_of<Action>({Action::accept, Action::tag, Action::quarantine});
  }
  return policy::Overrides(std::move(list));
}

std::vector<policy::Tenant> some_tenants(Dice& dice) {
  std::vector<policy::Tenant> list(dice.below(4));
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i].name = "tenant " + std::to_string(i);
    for (unsigned n = 0; n <= dice.below(3); ++n) {
      list[i].recipients.push_back(std::string(dice.below(2) == 0 ? "*." : "") + "t" +
                                   std::to_string(i) + "-" + std::to_string(n) + ".example");
    }
    list[i].stance = some_stance(dice);
    list[i].overrides = some_overrides(dice);
  }
  return list;
}

std::vector<policy::ProtectedDomain> some_protected(Dice& dice) {
  std::vector<policy::ProtectedDomain> list;
  for (unsigned i = dice.below(4); i > 0; --i) {
    const base::Domain own = base::Domain::parse("p" + std::to_string(i) + ".example").value();
    list.push_back({own, dice.below(2) == 0, {some_network(dice)}, {some_domain(dice)}, {}});
    if (dice.below(2) == 0) list.back().allow_users = {some_text(dice), "\u00FC"};
  }
  return list;
}

config::Config some_config(Dice& dice) {
  config::Config config;
  policy::Rules& rules = config.policy;
  rules.site = some_stance(dice);
  rules.trust.relays = {some_network(dice)};
  rules.arc_sealers = {some_domain(dice)};
  rules.tenants = policy::Tenants(some_tenants(dice));
  rules.overrides = some_overrides(dice);
  rules.protection = policy::Protection(some_protected(dice));
  std::vector<policy::SenderStage> stages;
  for (unsigned i = dice.below(3); i > 0; --i) {
    const base::Domain sender = base::Domain::parse("s" + std::to_string(i) + ".example").value();
    stages.push_back({sender, dice.below(2) == 0, some_stage(dice)});
  }
  rules.stages = policy::DomainTable(std::move(stages));
  return config;
}

}  // namespace

TEST_CASE("any rules read back to the same from what is shown of them", "[config]") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    Dice dice(seed);
    const config::Config one = some_config(dice);
    const std::string shown = config::to_toml(one);
    const auto other = config::parse(shown, "shown");
    INFO(shown << (other ? "" : other.error().what));
    REQUIRE(other);
    REQUIRE(config::to_toml(*other) == shown);
    const policy::Rules& a = one.policy;
    const policy::Rules& b = other->policy;
    CHECK(a.site == b.site);
    CHECK(a.overrides.list() == b.overrides.list());
    CHECK(a.arc_sealers == b.arc_sealers);
    REQUIRE(a.tenants.list().size() == b.tenants.list().size());
    for (std::size_t i = 0; i < a.tenants.list().size(); ++i) {
      const policy::Tenant& tenant = b.tenants.list()[i];
      CHECK(a.tenants.list()[i].recipients == tenant.recipients);
      CHECK(a.tenants.list()[i].stance == tenant.stance);
      CHECK(a.tenants.list()[i].overrides.list() == tenant.overrides.list());
    }
    REQUIRE(a.protection.list().size() == b.protection.list().size());
    for (std::size_t i = 0; i < a.protection.list().size(); ++i) {
      CHECK(a.protection.list()[i].allow_networks == b.protection.list()[i].allow_networks);
      CHECK(a.protection.list()[i].allow_users == b.protection.list()[i].allow_users);
    }
    REQUIRE(a.stages.list().size() == b.stages.list().size());
    for (std::size_t i = 0; i < a.stages.list().size(); ++i)
      CHECK(a.stages.list()[i].stage == b.stages.list()[i].stage);
  }
}

TEST_CASE("settings stand on one line as an inline table", "[config]") {
  CHECK(config::inline_table({}) == "{}");
  CHECK(config::inline_table({{"a", "1"}, {"b", "[2]"}}) == "{a = 1, b = [2]}");
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
