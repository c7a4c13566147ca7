#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <sysexits.h>

#include "base/result.hpp"
#include "base/time.hpp"
#include "config/config.hpp"

// The frame of every command of `postern`: it gets its options and an Output, and returns an exit
// status of sysexits.h. Steps that may fail return a Result; the first Failure is told and ends it.
//
//   const auto config = load_config(options.config);
//   if (!config) return tell(config.error(), output);
//   output.out << …;
//   return finished(output);
namespace cli {

// Where the configuration is looked for when nobody says: without that file, the defaults hold.
inline constexpr char default_config_file[] = "/etc/postern/postern.toml";

// Where a command writes: what was asked for, and what is wrong. Both outlive the command.
struct Output {
  std::ostream& out;    // Standard output.
  std::ostream& error;  // Standard error.
};

// Why a command ends early.
struct Failure {
  std::string what;             // For people, without the last line's end.
  int status = EX_UNAVAILABLE;  // Of sysexits.h: most often, what it needs does not answer.
};

// What a step gives, or why the command ends with it.
template <class T>
using Result = base::Result<T, Failure>;

// `return failure("…");` of a step.
[[nodiscard]] inline std::unexpected<Failure> failure(std::string what,
                                                      int status = EX_UNAVAILABLE) {
  return std::unexpected(Failure{std::move(what), status});
}

// What a module below says, as the result of a command's step: its error ends with `status`.
template <class T>
[[nodiscard]] Result<T> or_failure(base::Result<T> result, int status = EX_UNAVAILABLE) {
  if (!result) return failure(std::move(result.error().what), status);
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(result);
  }
}

// Prints the failure as a line on `output.error`. Returns its status.
[[nodiscard]] int tell(const Failure& failure, Output output);

// The end of a command that did what it was asked for: flushes `output.out` and returns `status`,
// or EX_IOERR when not all could be written.
[[nodiscard]] int finished(Output output, int status = EX_OK);

// Reads that file; without one the file at the usual place if it exists, else takes the defaults.
// What is wrong with the file is EX_CONFIG, a line for each fault.
[[nodiscard]] Result<config::Config> load_config(const std::optional<std::filesystem::path>& file);

// The time that an option ("--since") was given, as parse_when() reads it; anything else is
// EX_USAGE with at most `shown_max` octets of `text`.
[[nodiscard]] Result<base::WallTime> time_of(std::string_view option, std::string_view text,
                                             base::WallTime now, std::size_t shown_max = 60);

}  // namespace cli
