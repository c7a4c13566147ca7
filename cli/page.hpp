#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Text for people, wrapped at 100 columns: headings, and below them lines of a label and a text.
class Page {
 public:
  void heading(std::string_view text);
  // The text goes on below itself. An empty label: below the one before.
  void line(std::string_view label, std::string_view text);
  // Columns as wide as their longest cell; cells are cut where they do not fit.
  void table(const std::vector<std::vector<std::string>>& rows);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace cli
