// The principle of the house, searched for a counterexample: a sender never gains by what he makes
// fail or slow, and nobody loses by what others make fail.
//
// Each seed is a world: a forged message made of what an attacker can write (names of his own and
// of his victim's, signatures that are broken, copied or his own, seals, words of lists and
// forwarders), a site with some of the exceptions that sites make, and limits of ours that may be
// small. The attacker then chooses which names fail, each by a time-out or a SERVFAIL: first each
// name that was asked about alone, then random sets, then all. However he chooses, the message is
// not delivered: it is refused, quarantined or deferred, and quarantined at least when patience
// ends. Genuine mail under the same treatment is never refused, and is delivered as long as the
// names that fail are those of others.
//
// POSTERN_SIMULATION_SEED and POSTERN_SIMULATION_WORLDS repeat one and say how many follow it.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "config/config.hpp"
#include "event/examination.hpp"
#include "tests/simulation/environment.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/signer.hpp"

namespace {

using policy::Action;
using support::SigningKey;

constexpr std::string_view attacker_address = "203.0.113.66";
constexpr std::string_view bank_address = "198.51.100.1";
constexpr std::string_view partner_address = "203.0.113.200";
constexpr std::string_view body = "Please pay.\r\n";
const base::WallTime now{base::Seconds(1'790'000'000)};

class Luck {
 public:
  explicit Luck(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  bool one_in(std::size_t bound) { return below(bound) == 0; }
  template <std::size_t n>
  std::string_view of(const std::string_view (&words)[n]) {
    return words[below(n)];
  }

 private:
  std::mt19937_64 engine_;
};

struct World {
  support::FakeResolver zone;
  config::Config config;
  verify::Connection connection;
  std::string mail_from;
  support::Fields fields;
  bool genuine = false;
};

// What everybody in the world publishes. No name of it fails by itself.
void publish(support::FakeResolver& zone, Luck& luck) {
  static constexpr std::string_view policies[] = {"p=reject",
                                                  "p=quarantine",
                                                  "p=reject; sp=quarantine",
                                                  "p=reject; np=reject",
                                                  "p=quarantine; sp=reject; np=reject",
                                                  "p=reject; adkim=s; aspf=s"};
  zone.add_txt("_dmarc.bank.example", "v=DMARC1; " + std::string(luck.of(policies)));
  zone.add_txt("bank.example", "v=spf1 ip4:198.51.100.1 include:spf.vendor.example -all");
  zone.add_txt("spf.vendor.example", "v=spf1 ip4:198.51.100.128/25 -all");
  zone.add_txt("good._domainkey.bank.example", SigningKey::rsa().record());
  zone.add_txt("mail.bank.example", "v=spf1 ip4:198.51.100.1 -all");
  zone.add_a("bank.example", bank_address);
  zone.add_a("mail.bank.example", bank_address);
  zone.add_ptr(bank_address, "mail.bank.example");
  if (luck.one_in(2)) zone.add_txt("_dmarc.own.example", "v=DMARC1; p=none");
  zone.add_txt("own.example", "v=spf1 -all");
  zone.add_txt("good._domainkey.own.example", SigningKey::ed25519().record());
  for (const char* domain : {"attacker.example", "seal.example", "friend.example"}) {
    zone.add_txt(std::string("k._domainkey.") + domain, SigningKey::ed25519().record());
    zone.add_txt(std::string("_dmarc.") + domain, "v=DMARC1; p=reject");
  }
  zone.add_txt("attacker.example", "v=spf1 ip4:203.0.113.66 -all");
  zone.add_txt("host.attacker.example", "v=spf1 a -all");
  zone.add_a("host.attacker.example", attacker_address);
  zone.add_a("relay.partner.example", partner_address);
  static constexpr std::string_view names[] = {"host.attacker.example", "relay.partner.example",
                                               "mail.bank.example", ""};
  if (const auto name = luck.of(names); !name.empty()) zone.add_ptr(attacker_address, name);
}

std::string settings(Luck& luck) {
  std::string text = "[milter]\nauthserv_id = \"mx.example.org\"\n[policy]\npreset = \"";
  text += luck.one_in(2) ? "strict" : "rfc9989";
  text += "\"\n[trust]\n";
  if (luck.one_in(2)) text += "arc_sealers = [\"seal.example\"]\n";
  text += "[[protected]]\ndomain = \"own.example\"\n";
  if (luck.one_in(2)) {
    text +=
        "[[override]]\nmatch = { forwarder = \"relay.partner.example\" }\naction = \"accept\"\n";
  }
  if (luck.one_in(2)) {
    text += "[[override]]\nmatch = { dkim = \"friend.example\" }\naction = \"accept\"\n";
  }
  return text;
}

// A signature by a key that the named domain does not publish, or his own.
void sign_as_attacker(support::Fields& fields, Luck& luck) {
  static constexpr std::string_view broken[] = {
      "d=bank.example; s=good",       "d=bank.example; s=old",
      "d=lame.bank.example; s=x",     "d=a.b.c.d.e.f.bank.example; s=x",
      "d=own.example; s=good",        "d=lame.own.example; s=x",
      "d=friend.example; s=k",        "d=lame.friend.example; s=x",
      "d=dead.attacker.example; s=x", "d=vendor.example; s=x"};
  const bool own = luck.one_in(4);
  const std::string tags =
      std::string("v=1; a=ed25519-sha256; c=relaxed/relaxed; h=from:subject; ") +
      std::string(own ? "d=attacker.example; s=k" : luck.of(broken));
  mail::HeaderField field = support::sign(fields, body, SigningKey::ed25519(), tags);
  // Signed by nobody who could: what b= holds is not what any key of these would say.
  if (!own) field.value.replace(field.value.find("b=", field.value.find("bh=") + 3) + 2, 4, "AAAA");
  fields.insert(fields.begin(), std::move(field));
}

void seal_as_attacker(support::Fields& fields, Luck& luck) {
  static constexpr std::string_view sealers[] = {
      "d=seal.example; s=k; a=ed25519-sha256", "d=lame.seal.example; s=x; a=ed25519-sha256",
      "d=seal.example; s=gone; a=ed25519-sha256", "d=attacker.example; s=k; a=ed25519-sha256"};
  support::ArcSet set;
  set.identity = luck.of(sealers);
  set.results = "receiver.example; dmarc=pass header.from=bank.example";
  fields = support::seal(std::move(fields), body, SigningKey::ed25519(), set);
  if (set.identity.contains("attacker")) return;
  for (std::size_t i = 0; i < 2; ++i) {
    std::string& value = fields[i].value;
    const std::size_t at = value.rfind("b=");
    if (at != std::string::npos && at + 6 < value.size()) value.replace(at + 2, 4, "AAAA");
  }
}

void write_forged(World& world, Luck& luck) {
  static constexpr std::string_view authors[] = {"bank.example",      "bank.example",
                                                 "lame.bank.example", "mail.bank.example",
                                                 "own.example",       "lame.own.example"};
  static constexpr std::string_view senders[] = {"x@attacker.example",
                                                 "",
                                                 "ceo@bank.example",
                                                 "ceo@lame.bank.example",
                                                 "ceo@own.example",
                                                 "x@dead.attacker.example",
                                                 "SRS0=aa=bb=bank.example=ceo@partner.example",
                                                 "x@partner.example"};
  static constexpr std::string_view helos[] = {"host.attacker.example", "relay.partner.example",
                                               "mail.bank.example", "lame.bank.example",
                                               "[203.0.113.66]"};
  world.fields = {{"From", " Chief <ceo@" + std::string(luck.of(authors)) + ">"},
                  {"To", " bob@example.org"},
                  {"Subject", " pay"}};
  if (luck.one_in(4)) world.fields.insert(world.fields.begin(), {"List-Id", " <x.example>"});
  if (luck.one_in(4)) world.fields.insert(world.fields.begin(), {"Delivered-To", " a@b.example"});
  for (std::size_t left = luck.below(4); left > 0; --left)
    sign_as_attacker(world.fields, luck);
  if (luck.one_in(3)) seal_as_attacker(world.fields, luck);
  world.mail_from = luck.of(senders);
  world.connection.helo = luck.of(helos);
  world.connection.client = base::IpAddress::parse(attacker_address);
}

// The bank's own mail, by its own host or sent on by somebody, with one pass at least.
void write_genuine(World& world, Luck& luck) {
  world.genuine = true;
  world.fields = {
      {"From", " Bank <ceo@bank.example>"}, {"To", " bob@example.org"}, {"Subject", " statement"}};
  const bool sent_on = luck.one_in(2);
  if (sent_on || luck.one_in(2)) {
    world.fields.insert(world.fields.begin(),
                        support::sign(world.fields, body, SigningKey::rsa(),
                                      "v=1; a=rsa-sha256; c=relaxed/relaxed; h=from:subject; "
                                      "d=bank.example; s=good"));
  }
  for (std::size_t left = luck.below(4); left > 0; --left)
    sign_as_attacker(world.fields, luck);
  world.mail_from = sent_on ? "x@partner.example" : "ceo@bank.example";
  world.connection.helo = sent_on ? "relay.partner.example" : "mail.bank.example";
  world.connection.client = base::IpAddress::parse(sent_on ? partner_address : bank_address);
}

// Small limits are ours to choose; the author's share and the keys of his own signatures are not
// among them.
void limit(verify::Questions& questions, Luck& luck) {
  if (luck.one_in(4)) questions.seals_max = luck.below(3);
  if (luck.one_in(4)) questions.identifiers_max = 8 + luck.below(8);
}

void make(World& world, std::uint64_t seed, bool genuine) {
  Luck luck(seed);
  publish(world.zone, luck);
  world.config = config::parse(settings(luck), "settings").value();
  limit(world.config.verify.questions, luck);
  world.connection.receiver = "mx.example.org";
  if (genuine) {
    write_genuine(world, luck);
  } else {
    write_forged(world, luck);
  }
}

// The zone, with names that fail.
class Failing final : public dns::Resolver {
 public:
  explicit Failing(dns::Resolver& below) : below_(below) {}
  dns::Pending lookup(const dns::Question& question) override {
    asked.insert(question.name);
    if (!failing.contains(question.name)) return below_.lookup(question);
    return dns::ready({.outcome = lost ? dns::Outcome::timeout : dns::Outcome::failure});
  }

  std::set<std::string> failing;
  std::set<std::string> asked;
  bool lost = false;

 private:
  dns::Resolver& below_;
};

struct Lab {
  explicit Lab(const World& given) : world(given) {}

  policy::Decision decide(Failing& resolver, bool too_long) {
    base::WorkerPool nobody(0, 0);
    dkim::KeyCache keys;
    const std::function<policy::Circumstances(const verify::Facts&)> circumstances =
        [&](const verify::Facts&) {
          policy::Circumstances made;
          made.deferred_too_long = too_long;
          return made;
        };
    event::Examination examination(world.connection, world.mail_from,
                                   {world.config.verify,
                                    world.config.policy,
                                    {resolver, nobody, keys},
                                    circumstances,
                                    nullptr},
                                   now);
    examination.recipient("bob@example.org");
    examination.end_of_headers(support::to_headers(world.fields), true);
    examination.body(body);
    return examination.finish("0id").decision;
  }

  const World& world;
};

std::string told(const World& world, const std::set<std::string>& failing) {
  std::string text = "MAIL FROM <" + world.mail_from + "> HELO " + world.connection.helo + '\n';
  for (const mail::HeaderField& field : world.fields)
    text += field.name + ':' + field.value + '\n';
  for (const std::string& name : failing)
    text += "fails: " + name + '\n';
  return text;
}

bool held_back(Action action, bool too_long) {
  return action == Action::reject || action == Action::quarantine ||
         (action == Action::defer && !too_long);
}

bool is_others(const std::string& name) {
  return name != "example" && name != "_dmarc.example" && !name.ends_with("bank.example") &&
         name != "spf.vendor.example";
}

// One choice of names that fail.
void try_failing(World& world, Failing& resolver, const std::set<std::string>& failing) {
  resolver.failing = failing;
  const bool others_only = std::ranges::all_of(failing, is_others);
  for (const bool lost : {false, true}) {
    resolver.lost = lost;
    for (const bool too_long : {false, true}) {
      const policy::Decision decision = Lab(world).decide(resolver, too_long);
      INFO(told(world, failing));
      INFO((lost ? "time-outs" : "SERVFAIL")
           << (too_long ? ", patience has ended" : "") << ": " << policy::name(decision.action)
           << ' ' << decision.rule << ": " << decision.why);
      if (!world.genuine) {
        CHECK(held_back(decision.action, too_long));
      } else if (others_only) {
        CHECK(decision.action <= Action::tag);
      } else {
        CHECK(decision.action != Action::reject);
      }
    }
  }
}

void search(std::uint64_t seed, bool genuine) {
  INFO("seed " << seed << (genuine ? ", genuine" : ", forged"));
  World world;
  make(world, seed, genuine);
  Failing resolver(world.zone);
  try_failing(world, resolver, {});
  const std::vector<std::string> names(resolver.asked.begin(), resolver.asked.end());
  for (const std::string& name : names)
    try_failing(world, resolver, {name});
  Luck luck(seed + 1);
  for (int tries = 0; tries < 4; ++tries) {
    std::set<std::string> chosen;
    for (const std::string& name : resolver.asked) {
      if (luck.one_in(3)) chosen.insert(name);
    }
    try_failing(world, resolver, chosen);
  }
  try_failing(world, resolver, {resolver.asked.begin(), resolver.asked.end()});
}

std::uint64_t first() { return simulation::from_environment("POSTERN_SIMULATION_SEED", 1); }
std::uint64_t worlds() { return simulation::from_environment("POSTERN_SIMULATION_WORLDS", 60); }

}  // namespace

TEST_CASE("no sender gains by what he makes fail", "[simulation][RFC 9989 §4.10.1]") {
  for (std::uint64_t seed = first(); seed < first() + worlds(); ++seed)
    search(seed, false);
}

TEST_CASE("nobody loses by what others make fail", "[simulation][RFC 9989 §5.3.5]") {
  for (std::uint64_t seed = first(); seed < first() + worlds(); ++seed)
    search(seed, true);
}
