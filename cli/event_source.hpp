#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/config.hpp"
#include "event/event.hpp"
#include "store/event_query.hpp"

// Where the commands that look back find events: in the store, or straight in the spool.
namespace cli {

// Where to look, as the command line says it.
struct SourceOptions {
  std::optional<std::string> spool;  // A directory; empty: the configured one.
  std::optional<std::string> store;  // A URL; empty: the configured one.
};

// Lines that are no events this program can read.
struct Unread {
  std::uint64_t malformed = 0;
  std::uint64_t newer = 0;
};

class EventSource {
 public:
  using Visit = std::function<bool(std::string_view line, const event::Event& event)>;

  virtual ~EventSource() = default;
  [[nodiscard]] virtual std::string name() const = 0;  // "spool /var/spool/postern"

  // A line for standard error about what `spool` has held for a minute and more, and a store has
  // not got; empty when that is nothing.
  [[nodiscard]] virtual std::string behind(const std::filesystem::path& spool) const {
    static_cast<void>(spool);
    return {};
  }

  // Visits events oldest first, with the line each was read from; of more than query.events_max the
  // newest. `visit` returns false to end it. A later call visits only what has come since: for
  // --follow. newest_first is not looked at.
  [[nodiscard]] virtual base::Result<Unread> for_each(const store::EventQuery& query,
                                                      const Visit& visit) = 0;

  // How much for_each() will go through, in units of progress().
  [[nodiscard]] virtual std::uint64_t size(const store::EventQuery& query) = 0;
  [[nodiscard]] virtual std::uint64_t progress() const = 0;
};

// True when the event is one the query asks for.
[[nodiscard]] bool matches(const store::EventQuery& query, const event::Event& event);

[[nodiscard]] std::unique_ptr<EventSource> open_spool(std::filesystem::path directory);
[[nodiscard]] base::Result<std::unique_ptr<EventSource>> open_store(const std::string& url);

// As the options say; when they say nothing, the store, or the spool while there is no store yet. A
// store that does not answer is an error.
[[nodiscard]] base::Result<std::unique_ptr<EventSource>> open_source(const SourceOptions& options,
                                                                     const config::Config& config);

// What could not be read, for standard error; empty when all was.
[[nodiscard]] std::string complaint(const Unread& unread);

}  // namespace cli
