#include "cli/csv.hpp"

#include <string_view>

#include "base/text.hpp"

namespace cli {

namespace {

// In quotes, always; a spreadsheet takes what begins with one of these for a formula.
std::string csv_cell(std::string_view text) {
  const std::string shown = base::printable(text, 500);
  std::string cell = "\"";
  if (!shown.empty() && std::string_view("=+-@").contains(shown.front())) cell += '\'';
  for (const char c : shown)
    cell.append(c == '"' ? 2 : 1, c);
  return cell + '"';
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells)
    line.append(line.empty() ? "" : ",").append(csv_cell(cell));
  return line + "\r\n";
}

}  // namespace cli
