#include "cli/page.hpp"

#include <sstream>
#include <string>

#include <catch2/catch.hpp>

namespace {

std::vector<std::string> lines_of(cli::Page& page) {
  std::istringstream text(page.take());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);)
    lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a long text goes on below itself", "[cli][page]") {
  cli::Page page;
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += "word ";
  page.line("label", text + "end");
  const auto lines = lines_of(page);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].starts_with("  label         word word"));
  CHECK(lines[1].starts_with("                word word"));
  CHECK(lines[3].ends_with("end"));
  for (const std::string& line : lines)
    CHECK(line.size() <= 100);
}

TEST_CASE("a text without spaces is broken where the line ends, not inside a character",
          "[cli][page]") {
  cli::Page page;
  page.line("a label that is too long", std::string(83, 'x') + "\xC3\xBC" + std::string(100, 'y'));
  const auto lines = lines_of(page);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size() == 99);
  CHECK(lines[1].starts_with(std::string(16, ' ') + "\xC3\xBC"));
}

TEST_CASE("where labels are shown once, one that repeats is left out", "[cli][page]") {
  cli::Page page({.columns = 1000, .label_width = 6, .labels_once = true});
  page.line("spf", "a");
  page.line("spf", std::string(500, 'b'));
  page.line("dkim", "c");
  page.heading("again");
  page.line("dkim", "d");
  CHECK(lines_of(page) == std::vector<std::string>{"  spf   a", "        " + std::string(500, 'b'),
                                                   "  dkim  c", "", "again", "  dkim  d"});
}

TEST_CASE("columns are as wide as their cells, and long cells are cut", "[cli][page]") {
  cli::Page page;
  page.table({{"a", "bcd", "e"}, {"fgh", "i", "j"}, {std::string(50, 'k'), "", ""}});
  const auto lines = lines_of(page);
  CHECK(lines[0] == "  a" + std::string(41, ' ') + "bcd  e");
  CHECK(lines[2] == "  " + std::string(37, 'k') + "...");
}
