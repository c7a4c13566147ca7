#include "cli/progress.hpp"

#include <sstream>

#include <catch2/catch.hpp>

TEST_CASE("a bar grows to its end", "[cli][progress]") {
  CHECK(cli::progress_bar("x", 0) == "x  [" + std::string(40, '.') + "]    0 %");
  CHECK(cli::progress_bar("x", 50) ==
        "x  [" + std::string(20, '#') + std::string(20, '.') + "]   50 %");
  CHECK(cli::progress_bar("x", 100) == "x  [" + std::string(40, '#') + "]  100 %");
}

TEST_CASE("a bar is taken away at the end, and is for terminals only", "[cli][progress]") {
  std::ostringstream terminal;
  std::ostringstream file;
  {
    cli::Progress shown(terminal, "x", true);
    cli::Progress hidden(file, "x", false);
    shown.update(0, 0);  // Nothing is known yet.
    CHECK(terminal.str().empty());
    shown.update(7, 4);
    hidden.update(1, 2);
    CHECK(terminal.str() == "\r" + cli::progress_bar("x", 100));
  }
  CHECK(terminal.str().ends_with(' ' + std::string("\r")));
  CHECK(file.str().empty());
}
