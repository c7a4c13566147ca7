#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"

namespace cli {

// What an SMTP session would have told the daemon, and how to say what comes of it.
struct CheckOptions {
  std::optional<std::filesystem::path> config;
  std::string ip;                // Of the SMTP client; anything else is EX_USAGE.
  std::string name = "unknown";  // The client's, as an MTA found it; this is its word for none.
  std::string helo;              // Empty: none was said.
  std::string mail_from;  // With or without angle brackets.
  std::string user;       // Who logged in (SMTP AUTH); empty: nobody.
  std::vector<std::string> recipients;  // They choose the tenant's rules.
  std::vector<std::string> files;     // "-" is standard input.
  bool json = false;                  // One event a line instead of text.
  std::optional<base::WallTime> now;  // Judges signatures at this time.
  // Where to write the one message as a scenario (docs/formats/scenario.md).
  std::optional<std::filesystem::path> record;
};

// `postern check`: verifies message files as the daemon would, and prints verdicts. Returns an exit
// status of sysexits.h; the verdict itself is no failure. Goes on after a file it cannot read.
[[nodiscard]] int check(const CheckOptions& options, Output output);

// Its words, and that they are this command.
void add_check(const Words& postern);

}  // namespace cli
