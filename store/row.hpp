#pragma once

#include <cassert>
#include <tuple>
#include <utility>
#include <vector>

#include "store/column.hpp"
#include "store/database.hpp"

// Rows as values of C++ types, which fetch() in sql.hpp gives: what a SELECT returns is taken apart
// in one place, and nobody counts columns. A row owns its values; nothing in it refers to the
// database. Pure.
//
// A type that does not fit its column reads as column.hpp says. A number of types that is not that
// of the columns is a fault of the program: both stand in one call, so that they are seen together,
// and an assert finds it in the first test that runs the statement.
namespace store {

// What a row is, and how it is read from what a database returned: each column by from_column(), in
// the order of the statement. read() takes the row apart, so that its texts are not copied.
// REQUIRES: as many columns as there are types.
template <class... Columns>
struct RowOf {
  using Type = std::tuple<Columns...>;
  [[nodiscard]] static Type read(SqlRow row) {
    assert(row.size() == sizeof...(Columns));
    auto column = row.begin();  // Braces, as within them the order is from left to right.
    return Type{from_column<Columns>(std::move(*column++))...};
  }
};

// One column is no tuple: its value is the row.
template <class Column>
struct RowOf<Column> {
  using Type = Column;
  [[nodiscard]] static Type read(SqlRow row) {
    assert(row.size() == 1);
    return from_column<Column>(std::move(row.front()));
  }
};

// A tuple is a row already, so that who needs a name for its type can give it one:
//
//   using CountedRow = std::tuple<std::string, std::uint64_t>;  // row_hash, messages
template <class... Columns>
struct RowOf<std::tuple<Columns...>> : RowOf<Columns...> {};

// What fetch() gives for these types: Row<std::string, Day> is std::tuple<std::string, Day>, and
// Row<Day> is Day.
template <class... Columns>
using Row = typename RowOf<Columns...>::Type;

// All rows of a result, in its order.
template <class... Columns>
using Rows = std::vector<Row<Columns...>>;

}  // namespace store
