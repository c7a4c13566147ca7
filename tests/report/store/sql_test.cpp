#include "report/store/sql.hpp"

#include <catch2/catch.hpp>

TEST_CASE("parameters of a list of values count on from row to row", "[report][store]") {
  CHECK(report::values_list(1, 1) == "($1)");
  CHECK(report::values_list(2, 3) == "($1, $2, $3), ($4, $5, $6)");
}

TEST_CASE("whatever an event says can stand in a column", "[report][store]") {
  CHECK(report::column_text("a\"\xFF") == "a\\x22\\xFF");
  CHECK(report::column_text(std::string(1000, 'x')).size() <= 303);
}

TEST_CASE("a column of another type reads as nothing", "[report][store]") {
  CHECK(report::number(std::int64_t{7}) == 7);
  CHECK(report::number(std::string("7")) == 0);
  CHECK(report::text(std::string("a")) == "a");
  CHECK(report::text(report::Octets{"b"}) == "b");
  CHECK(report::text(std::monostate()).empty());
}
