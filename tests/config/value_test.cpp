#include "config/value.hpp"

#include <catch2/catch.hpp>

TEST_CASE("values say what they are in words", "[config]") {
  using config::List;
  using config::Table;
  using config::Value;
  CHECK(Value{true, 1}.type() == "true or false");
  CHECK(Value{std::int64_t{1}, 1}.type() == "an integer");
  CHECK(Value{std::string("x"), 1}.type() == "a string");
  CHECK(Value{List{}, 1}.type() == "an array");
  CHECK(Value{Table{}, 1}.type() == "a table");
  CHECK(Value{Value::Other{"a date"}, 1}.type() == "a date");
}
