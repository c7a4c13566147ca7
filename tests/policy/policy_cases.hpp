#pragma once

#include <string>
#include <vector>

#include "tests/policy/letters.hpp"
#include "tests/policy/sites.hpp"

// What policy::decide() does, as a table: the test checks every row (decision_test.cpp), and
// docs/policy.md is printed from it (policy_table.cpp).
namespace policy_table {

struct Outcome {
  Outcome(policy::Action done) : action(done), would(done) {}  // NOLINT: reads better in a table.
  Outcome(policy::Action done, policy::Action wanted) : action(done), would(wanted) {}
  policy::Action action;
  policy::Action would;
};

// Less is done than the rules ask for.
[[nodiscard]] inline Outcome held(policy::Action done, policy::Action wanted) {
  return {done, wanted};
}

struct Row {
  Letter letter;
  Site site;
  Outcome outcome;
  std::string rule;
  std::string reply;  // Its beginning, whole words; empty: 250.
  std::string tenant{};
  std::string stricter{};  // "a.example reject (dmarc-reject)", …
  std::string evidence{};  // Only where it is the point: Decision::corroboration.
};

// What is the point of a topic, beside the action.
enum class Point : std::uint8_t { reply, recipients, evidence };

struct Topic {
  std::string title;
  std::string text;
  std::vector<Row> rows;
  Point point = Point::reply;
};

[[nodiscard]] const std::vector<Topic>& topics();
[[nodiscard]] Topic structure();  // One of them.

[[nodiscard]] policy::Decision decide(const Row& row);

// As in Row.
[[nodiscard]] std::string reply_of(const policy::Decision& decision);
[[nodiscard]] std::string stricter_of(const policy::Decision& decision);
[[nodiscard]] std::string evidence_of(const policy::Decision& decision);

}  // namespace policy_table
