#include "cli/csv.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a line of a table is cells in quotes", "[cli][RFC 4180]") {
  CHECK(cli::csv_line({}) == "\r\n");
  CHECK(cli::csv_line({"a", ""}) == "\"a\",\"\"\r\n");
  CHECK(cli::csv_line({"a,b"}) == "\"a,b\"\r\n");
}

TEST_CASE("nothing in a table is a formula or a line end", "[cli]") {
  CHECK(cli::csv_line({"=HYPERLINK(1)", "+1", "-1", "@x"}) ==
        "\"'=HYPERLINK(1)\",\"'+1\",\"'-1\",\"'@x\"\r\n");
  CHECK(cli::csv_line({"a\r\nb"}) == "\"a\\x0D\\x0Ab\"\r\n");
}
