#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/check.hpp"
#include "cli/event_source.hpp"
#include "event/rederive.hpp"

namespace cli {

struct ExplainOptions {
  std::optional<std::filesystem::path> config;
  SourceOptions source;
  std::string id;  // Of an event, or the MTA's queue id: then the newest event with it.
  bool json = false;
};

// `postern explain`: the story of one message. EX_NOINPUT when no such event is remembered.
[[nodiscard]] int explain(const ExplainOptions& options, Output output);

// The event's line with the key "explain" added: what came out again, and the advice.
[[nodiscard]] std::string to_json(std::string_view line, const event::Event& event,
                                  const event::Rederivation& again);

}  // namespace cli
