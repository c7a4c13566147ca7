#include "base/timestamp.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using base::parse_timestamp;

namespace {

base::WallTime at(int year, int month, int day) {
  return std::chrono::sys_days(std::chrono::year(year) / month / day);
}

}  // namespace

TEST_CASE("times are read as they were written", "[base][RFC 3339 §5.6]") {
  for (const base::WallTime time : {at(2026, 5, 1) + 12h + 34min + 56s + 7ms, at(1969, 12, 31),
                                    at(2000, 2, 29) + 23h + 59min + 59s + 999ms}) {
    CHECK(parse_timestamp(base::timestamp(time)) == time);
  }
}

TEST_CASE("any spelling of a date-time is read", "[base][RFC 3339 §5.6]") {
  CHECK(parse_timestamp("2026-05-01") == at(2026, 5, 1));
  CHECK(parse_timestamp("2026-05-01t01:02:03z") == at(2026, 5, 1) + 1h + 2min + 3s);
  CHECK(parse_timestamp("2026-05-01 01:02:03Z") == at(2026, 5, 1) + 1h + 2min + 3s);
  CHECK(parse_timestamp("2026-05-01T01:02:03.5Z") == at(2026, 5, 1) + 1h + 2min + 3s + 500ms);
  CHECK(parse_timestamp("2026-05-01T01:02:03.0074999Z") == at(2026, 5, 1) + 1h + 2min + 3s + 7ms);
  CHECK(parse_timestamp("2026-05-01T01:02:03+02:00") == at(2026, 4, 30) + 23h + 2min + 3s);
  CHECK(parse_timestamp("2026-05-01T01:02:03-00:30") == at(2026, 5, 1) + 1h + 32min + 3s);
  CHECK(parse_timestamp("2016-12-31T23:59:60Z") == at(2017, 1, 1));  // A leap second.
}

TEST_CASE("what is no time, or no time there was, is not read", "[base][RFC 3339 §5.6]") {
  for (const char* text :
       {"", "2026", "2026-5-1", "2026-02-29", "2026-13-01", "2026-00-10", "2026-05-01T",
        "2026-05-01T01:02Z", "2026-05-01T24:00:00Z", "2026-05-01T01:60:00Z", "2026-05-01T01:02:61Z",
        "2026-05-01T01:02:03", "2026-05-01T01:02:03.Z", "2026-05-01T01:02:03Zx",
        "2026-05-01T01:02:03+2", "9999-01-01", "0001-01-01", "2026-05-01T-1:02:03Z"}) {
    INFO(text);
    CHECK_FALSE(parse_timestamp(text));
  }
}
