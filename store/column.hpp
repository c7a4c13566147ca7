#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/time.hpp"
#include "base/words.hpp"
#include "store/database.hpp"
#include "store/time_columns.hpp"

// A column's value as the program has it, and back: what a type is in a column is said once, here,
// for statements and for their results. All pure.
//
// Nothing here fails, as the tables are our own (migrations.cpp says which type each column has): a
// column of another type than was asked for reads as 0 or "", and so does a NULL where no optional
// was asked for. Integers over 2^63 - 1 do not occur: nothing here counts that far.
namespace store {

// An enum that has its words beside it (base/words.hpp). A column holds the word, so that people
// can read it and a new enumerator changes nothing that is stored.
template <class T>
concept Worded = std::is_enum_v<T> && requires {
  words_of(T());
};

// A value as a parameter of a statement. Text that strangers wrote goes through column_text()
// first, as PostgreSQL refuses some of it.
[[nodiscard]] SqlValue to_column(SqlValue value);         // As it is.
[[nodiscard]] SqlValue to_column(std::string text);       // TEXT
[[nodiscard]] SqlValue to_column(std::string_view text);  // TEXT, copied
[[nodiscard]] SqlValue to_column(const char* text);       // TEXT, copied; ends at NUL
[[nodiscard]] SqlValue to_column(Octets octets);          // BYTEA
[[nodiscard]] SqlValue to_column(base::WallTime time);    // BIGINT: milliseconds since 1970
[[nodiscard]] SqlValue to_column(Day day);                // BIGINT: days since 1970
template <std::integral Number>
[[nodiscard]] SqlValue to_column(Number number) {  // BIGINT, and of bool 0 or 1
  return static_cast<std::int64_t>(number);
}
template <Worded Word>
[[nodiscard]] SqlValue to_column(Word value) {  // TEXT: its word
  return std::string(base::word(value));
}

// The two kinds of columns that there are, text and octets being one. text() takes the octets out
// of its argument, so that a long line is not copied.
[[nodiscard]] std::int64_t number(const SqlValue& value);
[[nodiscard]] std::string text(SqlValue value);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// The way back, to a type that the caller names: from_column<Day>(value). Of an optional NULL is
// nothing; of an optional enum also a word that it does not have, as another version of this
// program may have written one. An enum is read as an optional only: what an unknown word means,
// its reader has to say.
template <class T>
[[nodiscard]] T from_column(SqlValue value) {
  if constexpr (is_optional<T>) {
    using Value = typename T::value_type;
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    if constexpr (Worded<Value>)
      return base::find<Value>(text(std::move(value)));
    else
      return from_column<Value>(std::move(value));
  } else {
    static_assert(std::integral<T>);
    return static_cast<T>(number(value));
  }
}
template <>
[[nodiscard]] std::string from_column(SqlValue value);  // TEXT or BYTEA
template <>
[[nodiscard]] base::WallTime from_column(SqlValue value);  // BIGINT: milliseconds since 1970
template <>
[[nodiscard]] Day from_column(SqlValue value);  // BIGINT: days since 1970

}  // namespace store
