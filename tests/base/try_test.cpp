#include "base/try.hpp"

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/result.hpp"

namespace {

using base::Result;

Result<std::vector<std::string>> words(bool good) {
  if (!good) return base::fail("no words, and a text that is too long to be kept in place");
  return std::vector<std::string>{"one", "two, which is too long to be kept in place as well"};
}

Result<std::unique_ptr<int>> owned(bool good) {
  if (!good) return base::fail("nothing owned");
  return std::make_unique<int>(7);
}

Result<void> check(bool good) {
  if (!good) return base::fail("checked");
  return {};
}

// Adds up what it got this far in `steps`.
Result<int> all(bool checked, bool worded, bool had, int& steps) {
  TRY(check(checked));
  ++steps;
  int letters = 0;
  for (const std::string& word : TRY(words(worded)))
    letters += word.starts_with('t') ? 10 : 1;
  ++steps;
  const auto number = TRY(owned(had));
  ++steps;
  return letters + *number;
}

}  // namespace

TEST_CASE("a value is taken out of its result, and the first error ends the function", "[base]") {
  const auto outcome = [](bool checked, bool worded, bool had) {
    int steps = 0;
    const Result<int> result = all(checked, worded, had, steps);
    return std::to_string(steps) + ' ' +
           (result ? std::to_string(*result) : result.error().what.substr(0, 8));
  };
  CHECK(outcome(true, true, true) == "3 18");
  CHECK(outcome(false, true, true) == "0 checked");
  CHECK(outcome(true, false, false) == "1 no words");
  CHECK(outcome(true, true, false) == "2 nothing ");
}

TEST_CASE("inside a lambda an error ends the lambda", "[base]") {
  bool after = false;
  const auto inner = [&]() -> Result<void> {
    TRY(check(false));
    after = true;
    return {};
  };
  CHECK(inner().error().what == "checked");
  CHECK_FALSE(after);
}

TEST_CASE("locals are destroyed when an error is passed on", "[base]") {
  const auto shared = std::make_shared<int>(1);
  const auto holding = [](std::shared_ptr<int> mine) -> Result<int> {
    const std::vector<std::shared_ptr<int>> more(3, mine);
    TRY(check(false));
    return *mine;
  };
  CHECK_FALSE(holding(shared));
  CHECK(shared.use_count() == 1);
}

TEST_CASE("an error of a parser's own kind is passed on as it is", "[base]") {
  enum class Fault { first, second };
  const auto parse = [](bool good) -> Result<int, Fault> {
    if (!good) return std::unexpected(Fault::second);
    return 1;
  };
  const auto twice = [&](bool good) -> Result<int, Fault> { return 2 * TRY(parse(good)); };
  CHECK(twice(true) == 2);
  CHECK(twice(false).error() == Fault::second);
}
