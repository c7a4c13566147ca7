#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/event_source.hpp"
#include "event/rederive.hpp"

namespace cli {

// Which message, and where it is looked for.
struct ExplainOptions {
  std::optional<std::filesystem::path> config;
  SourceOptions source;  // Nothing said: store and spool.
  std::string id;  // Of an event, or the MTA's queue id: then the newest event with it.
  bool json = false;  // The event as one object, with the key "explain" added.
};

// `postern explain`: the story of one message. Where nobody says where to look, it is looked for in
// the store, and in the spool for what is not collected yet. Returns an exit status of sysexits.h;
// EX_NOINPUT when no such event is remembered.
[[nodiscard]] int explain(const ExplainOptions& options, Output output);

// The event's line with the key "explain" added: what came out again, and the advice. `line` is one
// JSON object, which is not read again. Pure.
[[nodiscard]] std::string to_json(std::string_view line, const event::Event& event,
                                  const event::Rederivation& again);

// Its words, and that they are this command.
void add_explain(const Words& postern);

}  // namespace cli
