#include "policy/protection.hpp"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/policy/letters.hpp"
#include "tests/policy/random_names.hpp"

namespace {

using policy::Claim;
using policy::ProtectedDomain;
using support::name;

policy::Protection guarded() {
  ProtectedDomain entry{.domain = name("example.com")};
  entry.allow_networks = {base::Network::parse("198.51.100.0/24").value()};
  entry.allow_dkim = {name("esp.example")};
  entry.allow_users = {"scanner"};
  return policy::Protection({entry});
}

policy::ClaimVerdict judged(const policy_table::Letter& letter) {
  return policy::judge_claim(guarded(), letter.facts, letter.connection);
}

// By looking at every entry.
const ProtectedDomain* found_by_hand(const std::vector<ProtectedDomain>& list,
                                     const base::Domain& domain) {
  const ProtectedDomain* best = nullptr;
  for (const ProtectedDomain& entry : list) {
    const bool covers = entry.subdomains ? domain.is_within(entry.domain) : domain == entry.domain;
    if (!covers) continue;
    if (best == nullptr || entry.domain.label_count() > best->domain.label_count()) best = &entry;
  }
  return best;
}

}  // namespace

TEST_CASE("the most specific entry that covers a domain protects it", "[policy]") {
  ProtectedDomain alone{.domain = name("mail.example.com")};
  alone.subdomains = false;
  const policy::Protection protection({{.domain = name("example.com")}, alone});
  CHECK(protection.find(name("example.com"))->domain == name("example.com"));
  CHECK(protection.find(name("mail.example.com"))->domain == name("mail.example.com"));
  CHECK(protection.find(name("a.mail.example.com"))->domain == name("example.com"));
  CHECK(protection.find(name("notexample.com")) == nullptr);
  CHECK(protection.find(name("com")) == nullptr);
  CHECK(policy::Protection().find(name("example.com")) == nullptr);
}

TEST_CASE("the index finds the entry that a look at every entry finds", "[policy]") {
  std::mt19937 random(20260103);
  for (int round = 0; round < 50; ++round) {
    std::vector<ProtectedDomain> list;
    for (int i = 0; i < 30; ++i) {
      ProtectedDomain entry{.domain = name(support::random_name(random))};
      entry.subdomains = random() % 2 == 0;
      const bool taken = std::ranges::count(list, entry.domain, &ProtectedDomain::domain) > 0;
      if (!taken) list.push_back(entry);
    }
    const policy::Protection protection(list);
    for (int i = 0; i < 100; ++i) {
      const base::Domain domain = name(support::random_name(random));
      const ProtectedDomain* found = protection.find(domain);
      const ProtectedDomain* expected = found_by_hand(list, domain);
      INFO(domain.text());
      REQUIRE((found == nullptr) == (expected == nullptr));
      if (found != nullptr) CHECK(found->domain == expected->domain);
    }
  }
}

TEST_CASE("an exception is named, and not needed by who proves the claim", "[policy]") {
  using namespace policy_table;
  CHECK(judged(from_client(forged(), "198.51.100.9")).exception == "network 198.51.100.0/24");
  CHECK(judged(by_user(forged(), "scanner")).exception == "user scanner");
  const Letter by_esp = with_signature(forged(), dkim::Status::pass, "a.esp.example");
  CHECK(judged(by_esp).exception == "dkim esp.example");
  CHECK(judged(by_esp).claim == Claim::excepted);
  CHECK(judged(from_client(genuine(), "198.51.100.9")).claim == Claim::proven);
  CHECK(judged(by_user(forged(), "")).claim == Claim::unfounded);
}

TEST_CASE("a signature with an uncovered rest of the body proves nothing", "[policy]") {
  policy_table::Letter letter = policy_table::unpublished();
  letter.facts.dkim = {support::dkim_result(dkim::Status::pass, "example.com")};
  CHECK(judged(letter).claim == Claim::proven);
  letter.facts.dkim.front().reason = dkim::Reason::partial_body;
  CHECK(judged(letter).claim == Claim::unfounded);
  letter.facts.dkim.front().domain = name("esp.example");
  CHECK(judged(letter).claim == Claim::unfounded);
}

TEST_CASE("a temporary error of a check that could prove nothing hides nothing", "[policy]") {
  using namespace policy_table;
  const auto error = [](Letter letter, const char* domain) {
    return judged(with_signature(std::move(letter), dkim::Status::temperror, domain)).claim;
  };
  CHECK(error(unpublished(), "example.com") == Claim::unknown);
  CHECK(error(unpublished(), "other.example") == Claim::unfounded);
  CHECK(error(forged(), "esp.example") == Claim::unknown);
  CHECK(judged(with_spf(unpublished(), spf::Status::temperror, "other.example")).claim ==
        Claim::unfounded);
  CHECK(judged(with_spf(unpublished(), spf::Status::temperror, "mail.example.com")).claim ==
        Claim::unknown);
}

TEST_CASE("a message without a single author claims nothing", "[policy]") {
  CHECK(judged(policy_table::faulty(mail::FromFault::several_domains)).claim == Claim::none);
  CHECK(judged(from_author(policy_table::forged(), "other.example")).claim == Claim::none);
}
