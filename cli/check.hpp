#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace cli {

// Where the configuration is looked for when nobody says: without that file, the defaults hold.
inline constexpr char default_config_file[] = "/etc/postern/postern.toml";

struct CheckOptions {
  std::optional<std::filesystem::path> config;
  std::string ip;
  std::string name = "unknown";  // The client's, as an MTA found it; this is its word for none.
  std::string helo;
  std::string mail_from;  // With or without angle brackets.
  std::string user;       // Who logged in (SMTP AUTH); empty: nobody.
  std::vector<std::string> recipients;
  std::vector<std::string> files;     // "-" is standard input.
  bool json = false;                  // One event a line instead of text.
  std::optional<base::WallTime> now;  // Judges signatures at this time.
  // Where to write the one message as a scenario (docs/formats/scenario.md).
  std::optional<std::filesystem::path> record;
};

// Where a command writes.
struct Output {
  std::ostream& out;
  std::ostream& error;
};

// `postern check`: verifies message files as the daemon would, and prints verdicts. Returns an exit
// status of sysexits.h; the verdict itself is no failure. Goes on after a file it cannot read.
[[nodiscard]] int check(const CheckOptions& options, Output output);

}  // namespace cli
