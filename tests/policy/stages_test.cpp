#include "policy/stages.hpp"

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

using policy::Action;

TEST_CASE("nothing is done beyond the cap, and nothing is made harsher", "[policy]") {
  constexpr Action all[] = {Action::accept, Action::tag, Action::quarantine, Action::defer,
                            Action::reject};
  for (const Action wanted : all) {
    for (const Action cap : all) {
      const Action done = policy::hold_back(wanted, cap);
      CHECK(done <= wanted);
      CHECK((done <= cap || (done == Action::defer && cap == Action::quarantine)));
      CHECK(policy::hold_back(wanted, Action::reject) == wanted);
    }
  }
}

TEST_CASE("a cap of quarantine lets a deferral be, a lower one does not", "[policy]") {
  CHECK(policy::hold_back(Action::defer, Action::quarantine) == Action::defer);
  CHECK(policy::hold_back(Action::defer, Action::tag) == Action::tag);
  CHECK(policy::hold_back(Action::defer, Action::accept) == Action::accept);
}

TEST_CASE("a percentage is the share of lots that get the full step", "[policy]") {
  policy::Stance stance;
  for (const unsigned percent : {0U, 1U, 37U, 99U, 100U}) {
    stance.stage = {Action::quarantine, percent};
    unsigned full = 0;
    for (unsigned lot = 0; lot < 100; ++lot) {
      const Action cap = policy::cap_of({}, stance, nullptr, lot);
      full += cap == Action::quarantine ? 1 : 0;
      CHECK((cap == Action::quarantine || cap == Action::tag));
    }
    CHECK(full == percent);
  }
}

TEST_CASE("the stage of the most specific sender domain counts, in any order", "[policy]") {
  policy::Rules rules;
  const policy::SenderStage organization{support::name("example.com"), true, {Action::tag, 100}};
  const policy::SenderStage unit{support::name("mail.example.com"), false, {Action::accept, 100}};
  const bool turned = GENERATE(false, true);
  rules.stages = policy::DomainTable(turned ? std::vector{unit, organization}
                                            : std::vector{organization, unit});
  const auto cap = [&](const char* author) {
    const base::Domain domain = support::name(author);
    return policy::cap_of(rules, {}, &domain, 0);
  };
  CHECK(cap("example.com") == Action::tag);
  CHECK(cap("mail.example.com") == Action::accept);
  CHECK(cap("a.mail.example.com") == Action::tag);  // That stage has no subdomains.
  CHECK(cap("example.org") == Action::reject);
  CHECK(policy::cap_of(rules, {}, nullptr, 0) == Action::reject);
}
