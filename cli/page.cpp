#include "cli/page.hpp"

#include <algorithm>

namespace cli {

namespace {

constexpr std::size_t indent = 2;
constexpr std::size_t cell_max = 40;

// Where to break `text` so that what is in front has at most `width` octets.
std::size_t break_at(std::string_view text, std::size_t width) {
  if (text.size() <= width) return text.size();
  const std::size_t space = text.rfind(' ', width);
  if (space != std::string_view::npos && space > 0) return space;
  // In the middle of a word, but of no character (UTF-8).
  while (width > 1 && (static_cast<unsigned char>(text[width]) & 0xC0) == 0x80)
    --width;
  return width;
}

}  // namespace

void Page::heading(std::string_view text) {
  if (!out_.empty()) out_ += '\n';
  label_.clear();
  out_.append(text.substr(0, layout_.columns)).append("\n");
}

void Page::line(std::string_view label, std::string_view text) {
  const std::size_t start = indent + layout_.label_width;
  const bool repeats = layout_.labels_once && label == label_;
  const std::string_view shown = repeats ? "" : label.substr(0, layout_.label_width - 1);
  label_ = label;
  out_.append(indent, ' ').append(shown).append(layout_.label_width - shown.size(), ' ');
  while (true) {
    const std::size_t length = break_at(text, layout_.columns - start);
    out_.append(text.substr(0, length)).append("\n");
    text.remove_prefix(length);
    if (text.starts_with(' ')) text.remove_prefix(1);
    if (text.empty()) return;
    out_.append(start, ' ');
  }
}

void Page::table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::min(cell_max, std::max(widths[i], row[i].size()));
  }
  for (const auto& row : rows) {
    std::string text(indent, ' ');
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string cell = row[i];
      if (cell.size() > cell_max) cell.resize(cell_max - 3), cell += "...";
      text.append(cell).append(widths[i] - cell.size() + 2, ' ');
    }
    const std::size_t end = std::min(text.find_last_not_of(' ') + 1, layout_.columns);
    out_.append(text, 0, end).append("\n");
  }
}

}  // namespace cli
