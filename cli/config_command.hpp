#pragma once

#include <filesystem>
#include <optional>

#include "cli/check.hpp"
#include "config/config.hpp"

namespace cli {

// That file; without one the file at the usual place if it exists, else the defaults.
[[nodiscard]] base::Result<config::Config> load_config(
    const std::optional<std::filesystem::path>& file);

// `postern config …`. Each returns an exit status of sysexits.h.

// Says whether the file can be used, and on standard error everything that is wrong with it.
[[nodiscard]] int config_check(const std::filesystem::path& file, Output output);

// The effective configuration: every key with its value.
[[nodiscard]] int config_show(const std::filesystem::path& file, Output output);

// The annotated defaults.
[[nodiscard]] int config_default(Output output);

}  // namespace cli
