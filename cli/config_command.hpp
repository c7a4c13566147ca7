#pragma once

#include <filesystem>

#include "cli/command.hpp"
#include "cli/command_line.hpp"

namespace cli {

// `postern config …`. Each returns an exit status of sysexits.h: EX_CONFIG when the file cannot be
// used, EX_IOERR when what is asked for cannot be written.

// Says whether the file can be used, and on standard error everything that is wrong with it.
[[nodiscard]] int config_check(const std::filesystem::path& file, Output output);

// The effective configuration: every key with its value.
[[nodiscard]] int config_show(const std::filesystem::path& file, Output output);

// The annotated defaults.
[[nodiscard]] int config_default(Output output);

// The words of these.
void add_config(const Words& postern);

}  // namespace cli
