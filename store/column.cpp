#include "store/column.hpp"

#include <chrono>

namespace store {

SqlValue to_column(SqlValue value) { return value; }
SqlValue to_column(std::string text) { return text; }
SqlValue to_column(std::string_view text) { return std::string(text); }
SqlValue to_column(const char* text) { return std::string(text); }
SqlValue to_column(Octets octets) { return octets; }
SqlValue to_column(base::WallTime time) { return milliseconds_of(time); }
SqlValue to_column(Day day) { return number_of(day); }

std::int64_t number(const SqlValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

std::string text(SqlValue value) {
  if (auto* octets = std::get_if<Octets>(&value)) return std::move(octets->octets);
  auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : std::move(*text);
}

template <>
std::string from_column(SqlValue value) {
  return text(std::move(value));
}

template <>
base::WallTime from_column(SqlValue value) {
  return time_of(number(value));
}

template <>
Day from_column(SqlValue value) {
  return Day(std::chrono::days(number(value)));
}

}  // namespace store
