#include "store/time_columns.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

TEST_CASE("columns count from 1970 and never round up", "[store][store]") {
  const base::WallTime time =
      std::chrono::sys_days{std::chrono::year(1970) / 1 / 2} + 3h + 59min + 5ms + 999us;
  CHECK(store::milliseconds_of(time) == ((27 * 60 + 59) * 60) * 1000 + 5);
  CHECK(store::hour_of(time) == 27);
  CHECK(store::number_of(store::day_of(time)) == 1);
  CHECK(store::time_of(store::milliseconds_of(time)) == time - 999us);
  CHECK(store::hour_of(base::WallTime() - 1s) == -1);
}
