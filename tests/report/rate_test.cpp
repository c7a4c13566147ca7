#include "report/rate.hpp"

#include <limits>

#include <catch2/catch.hpp>

namespace {

using report::Cap;
using report::Tally;

base::WallTime at(std::int64_t seconds) { return base::WallTime(base::Seconds(seconds)); }

}  // namespace

TEST_CASE("a cap admits so many in each window", "[report]") {
  const Cap cap{.window = base::Seconds(60), .max = 2};
  const auto one = report::admit({}, cap, at(600));
  REQUIRE(one);
  CHECK(*one == Tally{.window = 10, .count = 1});
  const auto two = report::admit(*one, cap, at(659));
  REQUIRE(two);
  CHECK_FALSE(report::admit(*two, cap, at(659)));
  CHECK(report::admit(*two, cap, at(660)) == Tally{.window = 11, .count = 1});
}

TEST_CASE("a cap of nothing admits nothing", "[report]") {
  CHECK_FALSE(report::admit({}, {.max = 0}, at(0)));
}

TEST_CASE("a clock that went backwards opens no window again", "[report]") {
  const Cap cap{.window = base::Seconds(60), .max = 2};
  CHECK_FALSE(report::admit({.window = 10, .count = 2}, cap, at(0)));
  CHECK(report::admit({.window = 10, .count = 1}, cap, at(0)) == Tally{.window = 10, .count = 2});
}

TEST_CASE("senseless numbers do no harm", "[report]") {
  CHECK(report::admit({}, {.window = base::Seconds(0), .max = 1}, at(5)) ==
        Tally{.window = 5, .count = 1});
  CHECK_FALSE(report::admit(
      {.window = 1, .count = std::numeric_limits<std::uint64_t>::max()},
      {.window = base::Seconds(1), .max = std::numeric_limits<std::uint64_t>::max()}, at(1)));
}
