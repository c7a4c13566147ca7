#pragma once

#include <string>

#include "cli/command_line.hpp"

namespace cli {

// The command line of `postern`: all its commands, in the order of the help. `version` is what
// --version prints. Each call makes one of its own, with all options at their defaults; nothing is
// read or opened before a command runs.
[[nodiscard]] CommandLine commands(const std::string& version);

}  // namespace cli
