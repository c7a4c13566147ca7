#include "cli/when.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

TEST_CASE("times are given as people give them", "[cli][when]") {
  const base::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 5 / 2) + 12h + 30min;
  const base::WallTime midnight = std::chrono::floor<std::chrono::days>(now);
  CHECK(cli::parse_when("today", now) == midnight);
  CHECK(cli::parse_when("yesterday", now) == midnight - 24h);
  CHECK(cli::parse_when("90s", now) == now - 90s);
  CHECK(cli::parse_when("5m", now) == now - 5min);
  CHECK(cli::parse_when("2h", now) == now - 2h);
  CHECK(cli::parse_when("3d", now) == now - 72h);
  CHECK(cli::parse_when("1w", now) == now - 168h);
  CHECK(cli::parse_when("2026-05-01", now) == midnight - 24h);
  CHECK(cli::parse_when("2026-05-02T12:00:00Z", now) == now - 30min);
  for (const char* text : {"", "h", "-2h", "2", "2y", "1.5h", "99999999999d", "tomorrow"}) {
    INFO(text);
    CHECK_FALSE(cli::parse_when(text, now));
  }
}
