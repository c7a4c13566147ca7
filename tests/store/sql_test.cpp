#include "store/sql.hpp"

#include <array>
#include <string_view>

#include <catch2/catch.hpp>

namespace {

using store::SqlValue;

enum class Colour { red, green };
constexpr auto words_of(Colour) { return std::to_array<std::string_view>({"red", "green"}); }

}  // namespace

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

TEST_CASE("a value is read from a column as it was written", "[store][store]") {
  const auto there_and_back = []<class T>(const T& value) {
    return store::from_column<T>(store::to_column(value)) == value;
  };
  CHECK(there_and_back(std::int64_t{-7}));
  CHECK(there_and_back(std::uint64_t{7}));
  CHECK(there_and_back(true));
  CHECK(there_and_back(std::string("a")));
  CHECK(there_and_back(base::WallTime(std::chrono::milliseconds(-1))));
  CHECK(there_and_back(store::Day(std::chrono::days(20'000))));
  CHECK(store::to_column("a") == SqlValue(std::string("a")));
  CHECK(store::to_column(store::Octets{"b"}) == SqlValue(store::Octets{"b"}));
  CHECK(store::to_column(Colour::green) == SqlValue(std::string("green")));
}

TEST_CASE("nothing is read from NULL, and from a word that an enum does not have",
          "[store][store]") {
  CHECK(store::from_column<std::optional<Colour>>(std::string("green")) == Colour::green);
  CHECK_FALSE(store::from_column<std::optional<Colour>>(std::string("blue")));
  CHECK_FALSE(store::from_column<std::optional<Colour>>(SqlValue()));
  CHECK_FALSE(store::from_column<std::optional<base::WallTime>>(SqlValue()));
  CHECK(store::from_column<std::optional<std::int64_t>>(std::int64_t{0}) == 0);
}

TEST_CASE("a row is a tuple, or the value of its one column", "[store][store]") {
  using Pair = std::tuple<std::string, std::int64_t>;
  const store::SqlRow row = {std::string("a"), std::int64_t{7}};
  CHECK(store::RowOf<std::string, std::int64_t>::read(row) == Pair("a", 7));
  CHECK(store::RowOf<Pair>::read(row) == Pair("a", 7));
  CHECK(store::RowOf<std::string>::read({std::string("a")}) == "a");
}
