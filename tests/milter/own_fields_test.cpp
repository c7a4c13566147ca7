#include "milter/own_fields.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

using milter::quarantine_value;
using milter::signals_value;
using policy::Action;

TEST_CASE("the quarantine field tells what was done, and what stricter tenants wanted",
          "[milter]") {
  policy::Rules rules;
  policy::Decision decision;
  CHECK(quarantine_value(decision, rules).empty());
  decision.action = Action::quarantine;
  CHECK(quarantine_value(decision, rules) == "yes");
  decision.stricter = {{"example.net", Action::reject, "dmarc-reject"}};
  CHECK(quarantine_value(decision, rules) == "yes, example.net=reject");
  rules.quarantine = policy::Quarantine::hold;  // Then the queue tells it.
  CHECK(quarantine_value(decision, rules) == "example.net=reject");
  decision.action = Action::accept;
  decision.stricter.push_back({"example.org", Action::quarantine, "dmarc-reject"});
  CHECK(quarantine_value(decision, rules) == "example.net=reject, example.org=quarantine");
}

TEST_CASE("no item of a field can be more than that", "[milter]") {
  CHECK(signals_value({}).empty());
  CHECK(signals_value({"lookalike:example.org"}) == "lookalike:example.org");
  CHECK(signals_value({"a\r\nX: y", "b,c", "\xC3\xBC"}) == "a??X:?y, b?c, ??");
  policy::Decision decision;
  decision.stricter = {{"a.example\r\nFrom: x@y.example, b", Action::reject, "r"}};
  CHECK(quarantine_value(decision, {}) == "a.example??From:?x@y.example??b=reject");
}

TEST_CASE("long lists are folded and end", "[milter][limits]") {
  const std::vector<std::string> many(1000, "lookalike:a-rather-long-name.example.org");
  const std::string value = signals_value(many);
  CHECK(value.size() < 2'100);
  CHECK(value.ends_with(", ..."));
  std::size_t column = 0;
  std::size_t longest = 0;
  for (const char c : value) {
    column = c == '\n' ? 0 : column + 1;
    longest = std::max(longest, column);
  }
  CHECK(longest <= 78);
  CHECK(signals_value({std::string(10'000, 'x')}).size() == 300);
}
