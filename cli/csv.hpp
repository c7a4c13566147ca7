#pragma once

#include <string>
#include <vector>

namespace cli {

// One line of RFC 4180 with its line end: every cell in quotes, printable, cut at 500 octets;
// nothing in it is a formula to a spreadsheet.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

}  // namespace cli
