#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/try.hpp"
#include "store/column.hpp"
#include "store/database.hpp"
#include "store/row.hpp"

// How SQL is written over a Database: a statement with its parameters, and rows as values.
//
//   TRY(run(database, "DELETE FROM positions WHERE spool = $1", spool));
//   for (const auto& [segment, octets] : TRY(fetch<std::string, std::uint64_t>(
//            database, "SELECT segment, octets FROM positions WHERE spool = $1", spool))) …
//
// Parameters are values of the types in column.hpp, in the order of $1, $2, …; or, where their
// number is known only when the program runs, one vector of SqlValue instead. The types of columns
// are in the order of the statement (row.hpp), and the names that rows are taken apart by say what
// each is.
//
// All of a result is in memory: who reads a long table does so page by page. Errors are those of
// Database::execute(), passed on as they are. A Database is used by one thread at a time, and so is
// all that is here.
namespace store {

// The parameters of a statement as execute() takes them: a vector as it is, whose owner keeps it
// until the statement has run, or an array of the values, each converted by to_column(). A value
// that is given as an rvalue is moved, so that a long line or the body of a report is not copied.
template <class... Values>
[[nodiscard]] auto to_parameters(Values&&... values) {
  if constexpr (sizeof...(Values) == 1 &&
                (std::is_convertible_v<const Values&, std::span<const SqlValue>> && ...)) {
    return std::span<const SqlValue>(values...);
  } else {
    return std::array<SqlValue, sizeof...(Values)>{to_column(std::forward<Values>(values))...};
  }
}

// Runs one statement for its effect. What it returns, as a SELECT for its locks does, is dropped.
template <class... Values>
[[nodiscard]] base::Result<void> run(Database& database, std::string_view sql, Values&&... values) {
  TRY(database.execute(sql, to_parameters(std::forward<Values>(values)...)));
  return {};
}

// Runs one statement and gives the rows that it returns, in its order; none is no error. RETURNING
// makes rows of what was inserted, updated or deleted, so that their number tells how many these
// were. The types of columns are named, those of parameters are not:
//
//   const auto hashes = TRY(fetch<std::string>(database, "SELECT row_hash … WHERE day = $1", day));
template <class... Columns, class... Values>
[[nodiscard]] base::Result<Rows<Columns...>> fetch(Database& database, std::string_view sql,
                                                   Values&&... values) {
  auto found = TRY(database.execute(sql, to_parameters(std::forward<Values>(values)...)));
  Rows<Columns...> rows;
  rows.reserve(found.size());
  for (SqlRow& row : found)
    rows.push_back(RowOf<Columns...>::read(std::move(row)));
  return rows;
}

// The same, and the first row of the result; nothing when it is empty. For a question by a key, and
// for whether there is something: the other rows are read and dropped. With RETURNING it tells
// whether an UPDATE found its row, or an INSERT … ON CONFLICT DO NOTHING made one:
//
//   if (TRY(fetch_first<std::int64_t>(database, "DELETE … RETURNING 1", hour))) …
template <class... Columns, class... Values>
[[nodiscard]] base::Result<std::optional<Row<Columns...>>> fetch_first(Database& database,
                                                                       std::string_view sql,
                                                                       Values&&... values) {
  auto rows = TRY(fetch<Columns...>(database, sql, std::forward<Values>(values)...));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

// The same of a statement whose result is never empty, as that of SELECT COUNT(*), of a PRAGMA and
// of SELECT f(x). REQUIRES: such a one. A sum of no rows is NULL, and so reads as 0:
//
//   const auto [events, octets] = TRY(fetch_one<std::uint64_t, std::uint64_t>(
//       database, "SELECT COUNT(*), CAST(SUM(octets) AS BIGINT) FROM event_hours"));
template <class... Columns, class... Values>
[[nodiscard]] base::Result<Row<Columns...>> fetch_one(Database& database, std::string_view sql,
                                                      Values&&... values) {
  auto rows = TRY(fetch<Columns...>(database, sql, std::forward<Values>(values)...));
  assert(!rows.empty());
  return std::move(rows.front());
}

// So many rows go into one INSERT at most: PostgreSQL takes 65,535 parameters, SQLite 32,766, and a
// statement with as many rows as the last one need not be prepared again.
inline constexpr std::size_t rows_per_statement_max = 100;

// "($1, $2), ($3, $4)": the VALUES of an INSERT of several rows, whose values follow each other in
// one vector. Pure.
[[nodiscard]] std::string values_list(std::size_t rows, std::size_t columns);

// Text of events as it stands in a column, and has to be asked for: PostgreSQL takes no NUL, and
// nothing that is not UTF-8. Printable, and cut after 300 octets. Pure.
[[nodiscard]] std::string column_text(std::string_view text);

// Runs `work`, which returns a base::Result, in one transaction: committed when it succeeds, rolled
// back when it fails or cannot be committed. Gives its result, or the error of the database.
// REQUIRES: no transaction, as those of one connection do not nest. What `work` changed of its own,
// outside the database, is not undone: it may be run again after an error.
template <class Work>
[[nodiscard]] auto in_transaction(Database& database, Work work) -> decltype(work()) {
  TRY(database.begin());
  auto result = work();
  if (result) {
    const auto committed = database.commit();
    if (committed) return result;
    result = std::unexpected(committed.error());
  }
  database.rollback();
  return result;
}

// Runs `work`, which returns a base::Result with a value, while no other connection runs anything
// under this key, of this process or of another one; gives a default value at once when one does.
// The key is free again afterwards, whatever came of the work. An error of the work counts before
// one of the release, after which the connection may still have the key. REQUIRES: this connection
// has not got the key already.
template <class Work>
[[nodiscard]] auto alone(Database& database, std::string_view key, Work work) -> decltype(work()) {
  if (!TRY(database.try_lock(key))) return typename decltype(work())::value_type();
  auto result = work();
  const auto released = database.release(key);
  if (result && !released) return std::unexpected(released.error());
  return result;
}

}  // namespace store
