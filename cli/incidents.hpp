#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/event_source.hpp"

namespace cli {

// Since when, where the events are, and where the campaigns go.
struct IncidentsOptions {
  std::optional<std::filesystem::path> config;
  SourceOptions source;                            // Of the events.
  std::string since;                               // See parse_when().
  bool csv = false;                                // A table instead of JSON.
  std::optional<std::filesystem::path> directory;  // Where to write both; nothing: to the output.
};

// `postern report incidents`: campaigns against the protected domains, without an address of any
// person, as JSON or a table. Returns an exit status of sysexits.h: EX_CONFIG when no domain is
// protected, EX_CANTCREAT when the directory or its files cannot be made.
[[nodiscard]] int report_incidents(const IncidentsOptions& options, base::WallTime now,
                                   Output output);

// Its words; it is one of the commands of report.hpp.
void add_incidents(const Words& report);

}  // namespace cli
