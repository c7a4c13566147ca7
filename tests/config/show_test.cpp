#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "config/config.hpp"
#include "config/schema.hpp"

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
