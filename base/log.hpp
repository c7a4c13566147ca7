#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/words.hpp"

// The log of a program, and the only door to spdlog. Included by programs only: verify/ and policy/
// return what happened and never log. All of it is for the process and may be called from any
// thread.
namespace base::log {

// From talkative to serious; a level includes those behind it. A warning is worth an operator's
// look.
enum class Level : std::uint8_t { debug, info, warning, error };
constexpr auto words_of(Level) {
  return std::to_array<std::string_view>({"debug", "info", "warning", "error"});
}

// Where lines go. systemd's journal reads stderr, and is given the level and no time of ours.
enum class Sink : std::uint8_t { stderr_stream, syslog };
constexpr auto words_of(Sink) { return std::to_array<std::string_view>({"stderr", "syslog"}); }

// How a line looks: text for people, or one JSON object with the members time, level, queue_id and
// message (syslog has time and level itself).
enum class Format : std::uint8_t { text, json };
constexpr auto words_of(Format) { return std::to_array<std::string_view>({"text", "json"}); }

// What section [log] of the configuration sets. These defaults are its defaults, too.
struct Options {
  Sink sink = Sink::stderr_stream;
  Format format = Format::text;
  Level level = Level::info;
};

// Directs the log. Before it is called, lines go to stderr as text. Called again on a reload; lines
// that other threads are writing meanwhile are written whole, in the old way or the new.
void open(const Options& options);

// Writes one line, if `level` is enabled. `queue_id` comes first and may be empty. Text from
// outside must be escaped by the caller (base::printable); control characters that are left become
// spaces, so that a line stays one line.
void write(Level level, std::string_view queue_id, std::string_view message);

// False when write() would drop a line of this level: the caller need not make its text.
[[nodiscard]] bool enabled(Level level);

}  // namespace base::log
