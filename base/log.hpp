#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

// The only door to spdlog. Included by programs only: verify/ and policy/ return what happened and
// never log.
namespace base::log {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Sink : std::uint8_t { stderr_stream, syslog };  // systemd's journal reads stderr.
enum class Format : std::uint8_t { text, json };

struct Options {
  Sink sink = Sink::stderr_stream;
  Format format = Format::text;
  Level level = Level::info;
};

// Before the first write(), once; again on reload. Safe for concurrent use with write().
void open(const Options& options);

// One line. `queue_id` comes first and may be empty. Text from outside must already be escaped
// (base::printable); line ends in `message` are escaped here all the same.
void write(Level level, std::string_view queue_id, std::string_view message);

[[nodiscard]] bool enabled(Level level);

}  // namespace base::log
