#include "base/log.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <spdlog/spdlog.h>
#include <syslog.h>

#include "base/guarded.hpp"

namespace base::log {

namespace {

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> make_logger(const Options& options) {
  if (options.sink == Sink::syslog) {
    auto sink =
        std::make_shared<spdlog::sinks::syslog_sink_mt>("postern", LOG_PID, LOG_MAIL, false);
    return std::make_shared<spdlog::logger>("postern", std::move(sink));
  }
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<spdlog::logger>("postern", std::move(sink));
}

// JSON string contents (RFC 8259 §7) of text whose control characters may not survive.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += (c >= 0 && c < ' ') ? ' ' : c;
  }
  return out + '"';
}

// What write() uses; open() swaps it whole, so a line being written keeps its logger.
struct Current {
  std::shared_ptr<spdlog::logger> logger;
  Format format = Format::text;
  bool journal = false;  // systemd's journal has the time itself and reads the level from "<N>".
};

// sd-daemon(3): the priority in front of a line for the journal.
std::string_view journal_level(Level level) {
  switch (level) {
    case Level::debug:
      return "<7>";
    case Level::info:
      return "<6>";
    case Level::warning:
      return "<4>";
    case Level::error:
      return "<3>";
  }
  return "<3>";
}

// Not std::atomic<std::shared_ptr>: g++ 12 unlocks after a load without ordering it before the next
// store.
Guarded<std::shared_ptr<const Current>> current(std::make_shared<const Current>(make_logger({}),
                                                                                Format::text,
                                                                                false));

std::shared_ptr<const Current> current_logger() { return *current.lock(); }

}  // namespace

void open(const Options& options) {
  auto logger = make_logger(options);
  const bool journal = options.sink == Sink::stderr_stream && options.format == Format::text &&
                       std::getenv("JOURNAL_STREAM") != nullptr;
  logger->set_level(native(options.level));
  logger->flush_on(spdlog::level::debug);
  if (options.sink == Sink::syslog) {
    logger->set_pattern(options.format == Format::json ? "{%v}" : "%v");
  } else if (options.format == Format::json) {
    logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})",
                        spdlog::pattern_time_type::utc);
  } else if (journal) {
    logger->set_pattern("%v");
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  }
  *current.lock() = std::make_shared<const Current>(std::move(logger), options.format, journal);
}

void write(Level level, std::string_view queue_id, std::string_view message) {
  const std::shared_ptr<const Current> now = current_logger();
  if (!now->logger->should_log(native(level))) return;
  std::string line;
  if (now->format == Format::json) {
    line = "\"queue_id\":" + quoted(queue_id) + ",\"message\":" + quoted(message);
  } else {
    if (now->journal) line = journal_level(level);
    line.append(queue_id).append(queue_id.empty() ? "" : ": ").append(message);
    std::ranges::replace_if(
        line, [](char c) { return c >= 0 && c < ' '; }, ' ');
  }
  now->logger->log(native(level), spdlog::string_view_t(line));
}

bool enabled(Level level) { return current_logger()->logger->should_log(native(level)); }

}  // namespace base::log
