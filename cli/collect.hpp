#pragma once

#include <filesystem>

#include "cli/command.hpp"
#include "cli/command_line.hpp"

namespace cli {

struct CollectOptions {
  std::filesystem::path config;  // It must be there: without one, nothing is collected.
  bool once = false;    // What is in the spool now, then end.
  bool status = false;  // Only say how far the store is behind.
  bool json = false;    // With status.
};

// `postern collect`: moves events from the spool into the store until SIGTERM or SIGINT, which it
// takes over for the process. Returns an exit status of sysexits.h.
[[nodiscard]] int collect(const CollectOptions& options, Output output);

// Its words, and that they are this command.
void add_collect(const Words& postern);

}  // namespace cli
