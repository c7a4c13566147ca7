#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/event_source.hpp"

namespace cli {

// Which events, of where, and how they are printed. Filters that are empty let all through.
struct EventsOptions {
  enum class Format : std::uint8_t { text, json, csv };

  std::optional<std::filesystem::path> config;
  SourceOptions source;
  std::string since;  // See parse_when(); empty: no bound. Likewise below.
  std::string until;
  std::string domain;  // Of the From field: this one or below.
  std::string action;  // A word of policy::Action.
  std::string rule;    // Of the decision, as in policy.md.
  std::string gateway;      // Its name, whole.
  std::uint64_t limit = 0;  // The newest so many; 0: all.
  bool follow = false;      // Goes on until it is stopped, or nobody reads any more.
  Format format = Format::text;
};

// `postern events`: prints the events that match, oldest first; with `follow` also those that come,
// twice a second. Returns an exit status of sysexits.h; that none matches is no failure.
[[nodiscard]] int events(const EventsOptions& options, base::WallTime now, Output output);

// The filters of a command line as a query; what is no filter is EX_USAGE.
[[nodiscard]] Result<store::EventQuery> query_of(const EventsOptions& options, base::WallTime now);

// One event for people: time, queue id and the line of the log.
[[nodiscard]] std::string to_text(const event::Event& event);

// RFC 4180, with a first line that names the columns; nothing in it is a formula to a spreadsheet.
[[nodiscard]] std::string csv_head();
[[nodiscard]] std::string to_csv(const event::Event& event);

// Its words, and that they are this command.
void add_events(const Words& postern);

}  // namespace cli
