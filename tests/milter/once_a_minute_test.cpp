#include "milter/once_a_minute.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

TEST_CASE("a trouble is due at once, and again after a minute", "[milter]") {
  using Time = milter::OnceAMinute::Clock::time_point;
  for (const Time start : {Time(0s), Time(1h), Time(-1h)}) {
    milter::OnceAMinute trouble;
    CHECK(trouble.due(start));
    CHECK_FALSE(trouble.due(start));
    CHECK_FALSE(trouble.due(start + 59s));
    CHECK(trouble.due(start + 60s));
    CHECK_FALSE(trouble.due(start + 119s));
    CHECK(trouble.due(start + 200s));
  }
}
