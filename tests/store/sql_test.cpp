#include "store/sql.hpp"

#include <catch2/catch.hpp>

TEST_CASE("parameters of a list of values count on from row to row", "[store][store]") {
  CHECK(store::values_list(1, 1) == "($1)");
  CHECK(store::values_list(2, 3) == "($1, $2, $3), ($4, $5, $6)");
}

TEST_CASE("whatever an event says can stand in a column", "[store][store]") {
  CHECK(store::column_text("a\"\xFF") == "a\\x22\\xFF");
  CHECK(store::column_text(std::string(1000, 'x')).size() <= 303);
}

TEST_CASE("a column of another type reads as nothing", "[store][store]") {
  CHECK(store::number(std::int64_t{7}) == 7);
  CHECK(store::number(std::string("7")) == 0);
  CHECK(store::text(std::string("a")) == "a");
  CHECK(store::text(store::Octets{"b"}) == "b");
  CHECK(store::text(std::monostate()).empty());
}
