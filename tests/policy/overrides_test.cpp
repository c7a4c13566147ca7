#include "policy/overrides.hpp"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/policy/letters.hpp"
#include "tests/policy/random_names.hpp"
#include "tests/policy/sites.hpp"

namespace {

using namespace policy_table;
using policy::Action;
using policy::Match;
using policy::Override;
using support::name;

bool matches(const Match& match, const Letter& letter) {
  return policy::matches(match, letter.facts, letter.connection) == policy::Certainty::yes;
}

template <class Make>
std::optional<base::Domain> maybe(std::mt19937& random, Make make) {
  if (random() % 3 != 0) return std::nullopt;
  return name(make(random));
}

Match random_match(std::mt19937& random) {
  Match match;
  if (random() % 3 == 0) {
    const auto address = base::IpAddress::parse("192.0.2." + std::to_string(random() % 4)).value();
    match.client = base::Network{address, static_cast<unsigned>(24 + random() % 9)};
  }
  match.dkim = maybe(random, support::random_name);
  match.arc_sealer = maybe(random, support::random_name);
  match.forwarder = maybe(random, support::random_name);
  match.from = maybe(random, support::random_name);
  const bool valid = match.client || match.dkim || match.arc_sealer || match.forwarder;
  return valid ? match : random_match(random);
}

Letter random_letter(std::mt19937& random) {
  const auto any = [&] { return support::random_name(random); };
  const std::string author = any();
  Letter letter = from_author(forged(), author);
  letter = from_client(letter, "192.0.2." + std::to_string(random() % 4));
  for (auto signatures = random() % 3; signatures > 0; --signatures) {
    const auto status = random() % 2 == 0 ? dkim::Status::pass : dkim::Status::fail;
    letter = with_signature(letter, status, any());
  }
  if (random() % 2 == 0) letter = sealed(letter, {any(), any()}, author);
  if (random() % 2 == 0) letter = with_client_name(letter, any());
  if (random() % 2 == 0) letter = rewritten(letter);
  return letter;
}

}  // namespace

TEST_CASE("the index finds the override that a look at every one finds first", "[policy]") {
  std::mt19937 random(20260104);
  std::size_t hits = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Override> list;
    for (int i = 0; i < 60; ++i)
      list.push_back({random_match(random), Action::accept});
    const policy::Overrides overrides(list);
    for (int i = 0; i < 40; ++i) {
      const Letter letter = random_letter(random);
      INFO("round " << round << ", " << letter.is);
      const auto expected = std::ranges::find_if(list, [&](const Override& override_) {
        return policy::matches(override_.match, letter.facts, letter.connection) !=
               policy::Certainty::no;
      });
      const Override* found = overrides.find(letter.facts, letter.connection).override_;
      REQUIRE((found != nullptr) == (expected != list.end()));
      if (found == nullptr) continue;
      CHECK(found - overrides.list().data() == expected - list.begin());
      ++hits;
    }
  }
  CHECK(hits > 500);
}

TEST_CASE("an empty list has nothing to say", "[policy]") {
  const Letter letter = forged();
  for (const policy::Overrides& none :
       {policy::Overrides(), policy::Overrides(std::vector<Override>())}) {
    CHECK(none.find(letter.facts, letter.connection).override_ == nullptr);
  }
}

TEST_CASE("all conditions of an override must hold", "[policy]") {
  Match match = and_from(client("192.0.2.0/24"), "example.com");
  match.dkim = name("esp.example");
  const Letter letter = with_signature(forged(), dkim::Status::pass, "a.esp.example");
  CHECK(matches(match, letter));
  CHECK_FALSE(matches(match, from_client(letter, "198.51.100.1")));
  CHECK_FALSE(matches(match, from_author(letter, "other.example")));
  CHECK_FALSE(matches(match, forged()));
  Letter local = letter;
  local.connection.client.reset();
  CHECK_FALSE(matches(match, local));
}

TEST_CASE("an override says what it matched by", "[policy]") {
  Match match = and_from(client("192.0.2.0/24"), "example.com");
  CHECK(policy::rule_of({match, Action::accept}) == "override-client");
  CHECK(policy::describe(match) == "client 192.0.2.0/24, from example.com");
  CHECK(policy::rule_of({signer("a.example"), Action::accept}) == "override-dkim");
  CHECK(policy::describe(signer("a.example")) == "dkim a.example");
  CHECK(policy::rule_of({sealer("a.example"), Action::accept}) == "override-arc-sealer");
  CHECK(policy::describe(sealer("a.example")) == "arc-sealer a.example");
  CHECK(policy::rule_of({forwarder("a.example"), Action::accept}) == "override-forwarder");
  CHECK(policy::describe(forwarder("a.example")) == "forwarder a.example");
}

TEST_CASE("a seal counts with every newer one", "[policy][RFC 8617 §7.2.1]") {
  const std::vector<base::Domain> trusted = {name("a.example"), name("b.example")};
  const auto counts = [&](const std::vector<std::string>& sealers) {
    return policy::trusted_seal(sealed(forged(), sealers).facts, trusted) == policy::Certainty::yes;
  };
  CHECK(counts({"a.example"}));
  CHECK(counts({"mx.a.example"}));
  CHECK(counts({"b.example", "a.example"}));
  CHECK_FALSE(counts({"c.example", "a.example"}));
  CHECK_FALSE(counts({"a.example", "c.example"}));
  CHECK(policy::trusted_seal(forged().facts, trusted) == policy::Certainty::no);

  // Sets older than the one relied on are nobody's business.
  Letter letter = sealed(forged(), {"a.example"});
  letter.facts.arc.sealers.push_back({name("c.example"), "s1", {}});
  CHECK(policy::trusted_seal(letter.facts, trusted) == policy::Certainty::yes);
  letter.facts.arc.status = arc::Status::fail;
  CHECK(policy::trusted_seal(letter.facts, trusted) == policy::Certainty::in_doubt);
  letter.facts.arc.sealers.clear();
  CHECK(policy::trusted_seal(letter.facts, trusted) == policy::Certainty::no);
}

TEST_CASE("forwarding explains only some failures", "[policy][RFC 7960]") {
  const auto forwarded = [](const Letter& letter) { return policy::looks_forwarded(letter.facts); };
  CHECK(forwarded(with_spf(forged(), spf::Status::fail, "example.com")));
  CHECK(forwarded(with_spf(forged(), spf::Status::softfail, "bounce.example.com")));
  CHECK(forwarded(null_sender(forged())));
  CHECK(forwarded(rewritten(with_spf(forged(), spf::Status::pass, "forward.example"))));
  CHECK_FALSE(forwarded(with_spf(forged(), spf::Status::pass, "bulk.example")));
  CHECK_FALSE(forwarded(with_spf(forged(), spf::Status::fail, "bulk.example")));
  CHECK_FALSE(forwarded(with_spf(forged(), spf::Status::pass, "example.com")));
  CHECK_FALSE(forwarded(forged()));
  CHECK_FALSE(forwarded(with_spf(genuine(), spf::Status::fail, "example.com")));
  CHECK_FALSE(forwarded(with_spf(undecided(), spf::Status::fail, "example.com")));
}
