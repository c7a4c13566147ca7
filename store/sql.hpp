#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/database.hpp"

// Small helpers of those who write SQL over a Database.
namespace store {

inline constexpr std::size_t rows_per_statement_max = 100;

// "($1, $2), ($3, $4)": the VALUES of an INSERT of several rows.
[[nodiscard]] std::string values_list(std::size_t rows, std::size_t columns);

// Text of events as it stands in a column, and has to be asked for: PostgreSQL takes no NUL, and
// nothing that is not UTF-8.
[[nodiscard]] std::string column_text(std::string_view text);

// What a column holds that is never NULL; 0 or "" should it be of another type.
[[nodiscard]] std::int64_t number(const SqlValue& value);
[[nodiscard]] const std::string& text(const SqlValue& value);

// Runs `work`, which returns a base::Result, in one transaction: committed when it succeeds.
template <class Work>
[[nodiscard]] auto in_transaction(Database& database, Work work) -> decltype(work()) {
  if (const auto begun = database.begin(); !begun) return std::unexpected(begun.error());
  auto result = work();
  if (!result) {
    database.rollback();
    return result;
  }
  if (const auto committed = database.commit(); !committed) {
    database.rollback();
    return std::unexpected(committed.error());
  }
  return result;
}

}  // namespace store
