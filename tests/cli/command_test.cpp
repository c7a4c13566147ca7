#include "cli/command.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace std::chrono_literals;

const base::WallTime midday =
    base::WallTime(std::chrono::sys_days(std::chrono::year(2026) / 5 / 1)) + 12h;

}  // namespace

TEST_CASE("a failure is a line on standard error and a status", "[cli]") {
  std::ostringstream out;
  std::ostringstream error;
  CHECK(cli::tell({"relay: does not answer"}, {out, error}) == EX_UNAVAILABLE);
  CHECK(cli::tell({"x: is empty", EX_DATAERR}, {out, error}) == EX_DATAERR);
  CHECK(error.str() == "relay: does not answer\nx: is empty\n");
  CHECK(out.str().empty());
}

TEST_CASE("a command whose output nobody takes has failed", "[cli]") {
  std::ostringstream out;
  CHECK(cli::finished({out, out}) == EX_OK);
  CHECK(cli::finished({out, out}, 1) == 1);
  std::ofstream full("/dev/full");
  full << "text";
  CHECK(cli::finished({full, out}, 1) == EX_IOERR);
}

TEST_CASE("an error of a module below becomes a failure with a status", "[cli]") {
  const cli::Result<int> fine = cli::or_failure(base::Result<int>(7));
  CHECK(fine.value() == 7);
  const cli::Result<int> failed = cli::or_failure(base::Result<int>(base::fail("no")), EX_NOPERM);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "no");
  CHECK(failed.error().status == EX_NOPERM);
  CHECK(cli::or_failure(base::Result<void>()).has_value());
}

TEST_CASE("a configuration with a mistake is EX_CONFIG", "[cli]") {
  const support::TemporaryFolder folder;
  std::ofstream(folder / "c.toml") << "x = 1\n";
  const auto config = cli::load_config(folder / "c.toml");
  REQUIRE_FALSE(config);
  CHECK(config.error().status == EX_CONFIG);
  CHECK(config.error().what.contains("c.toml:1: "));
}

TEST_CASE("what is no time is wrong usage, and shown up to a bound", "[cli]") {
  CHECK(cli::time_of("--since", "2h", midday).value() == midday - 2h);
  const auto none = cli::time_of("--since", std::string(100, 'x'), midday, 10);
  REQUIRE_FALSE(none);
  CHECK(none.error().status == EX_USAGE);
  CHECK(none.error().what.starts_with("--since: \"xxx"));
  CHECK(
      none.error().what.ends_with("\" is not a date or time (RFC 3339), 2h, 3d, today, yesterday"));
  CHECK(none.error().what.size() < 100);
}
