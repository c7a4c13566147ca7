#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

// Text for people: headings, and below them lines of a label and a text. What is handed in is
// printable already, and none of it ends a line.
class Page {
 public:
  // How the lines look. The defaults are those of a story.
  struct Layout {
    std::size_t columns = 100;     // Texts are wrapped there.
    std::size_t label_width = 14;  // With the blank behind it; longer labels are cut.
    bool labels_once = false;      // A label that the line before has is left out.
  };

  Page() : Page(Layout()) {}
  explicit Page(const Layout& layout) : layout_(layout) {}

  // An empty line in front, but at the top. Headings are cut where the page ends.
  void heading(std::string_view text);
  // The text goes on below itself. An empty label: below the one before.
  void line(std::string_view label, std::string_view text);
  // Rows of cells, the first of them their titles. Columns as wide as their longest cell; cells are
  // cut where they do not fit.
  void table(const std::vector<std::vector<std::string>>& rows);

  // All of it, with a final line end. The page is not used any more.
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  Layout layout_;
  std::string out_;
  std::string label_;  // Of the last line.
};

}  // namespace cli
