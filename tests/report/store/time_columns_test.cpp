#include "report/store/time_columns.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

TEST_CASE("columns count from 1970 and never round up", "[report][store]") {
  const base::WallTime time = std::chrono::sys_days{std::chrono::year(1970) / 1 / 2} + 3h + 59min + 5ms + 999us;
  CHECK(report::milliseconds_of(time) == ((27 * 60 + 59) * 60) * 1000 + 5);
  CHECK(report::hour_of(time) == 27);
  CHECK(report::number_of(report::day_of(time)) == 1);
  CHECK(report::time_of(report::milliseconds_of(time)) == time - 999us);
  CHECK(report::hour_of(base::WallTime() - 1s) == -1);
}
