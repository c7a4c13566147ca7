#include "store/sql.hpp"

#include "base/text.hpp"

namespace store {

std::string values_list(std::size_t rows, std::size_t columns) {
  std::string list;
  std::size_t parameter = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    list += row == 0 ? "(" : ", (";
    for (std::size_t column = 0; column < columns; ++column) {
      list.append(column == 0 ? "$" : ", $").append(std::to_string(++parameter));
    }
    list += ')';
  }
  return list;
}

std::string column_text(std::string_view text) {
  constexpr std::size_t octets_max = 300;
  return base::printable(text, octets_max);
}

}  // namespace store
