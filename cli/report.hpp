#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"

namespace cli {

struct ReportOptions {
  std::optional<std::filesystem::path> config;
  bool json = false;
  std::string since;         // Of list: see parse_when(); empty: no bound.
  std::string domain;        // A policy domain; for list, empty: all.
  std::size_t limit = 1000;  // Of list: the newest so many.
  std::string day;           // Of a preview; empty: yesterday, in UTC.
  std::string address;       // Of unsuppress.
  bool all = false;          // Of unsuppress: every address, not one.
};

// `postern report …`, but for its incidents (incidents.hpp). Each returns an exit status of
// sysexits.h.

// The reports that were made, newest day first, with what became of them.
[[nodiscard]] int report_list(const ReportOptions& options, base::WallTime now, Output output);

// The XML of one report, made already or not.
[[nodiscard]] int report_preview(const ReportOptions& options, base::WallTime now, Output output);

// How much waits, and what is wrong.
[[nodiscard]] int report_status(const ReportOptions& options, base::WallTime now, Output output);

// Lifts the suppression of an address, or of all; its reports of the last week that failed or were
// held back wait again.
[[nodiscard]] int report_unsuppress(const ReportOptions& options, base::WallTime now,
                                    Output output);

// Makes the reports that are due and sends what waits; logs as the daemons do. `now` only for
// tests: nothing is the clock's.
[[nodiscard]] int report_send(const ReportOptions& options, std::optional<base::WallTime> now,
                              Output output);

// The words of these and of incidents.hpp.
void add_report(const Words& postern);

}  // namespace cli
