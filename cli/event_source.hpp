#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"
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
  std::uint64_t malformed = 0;  // No event at all.
  std::uint64_t newer = 0;      // Of a version of Postern that writes another format.
};

// A place where events are, while it is open. Used by one thread.
class EventSource {
 public:
  // Gets an event, and the line it was read from. False ends the visit.
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

  // How much for_each() will go through, in units of progress(): octets of a spool, events of a
  // store. 0 when it cannot be told.
  [[nodiscard]] virtual std::uint64_t size(const store::EventQuery& query) = 0;
  // How much of that is behind us.
  [[nodiscard]] virtual std::uint64_t progress() const = 0;
};

// True when the event is one the query asks for.
[[nodiscard]] bool matches(const store::EventQuery& query, const event::Event& event);

// The events in the segments of that directory. Whether it can be read, only for_each() says.
[[nodiscard]] std::unique_ptr<EventSource> open_spool(std::filesystem::path directory);
// The events in that store, which must be there; nothing in it is changed.
[[nodiscard]] base::Result<std::unique_ptr<EventSource>> open_store(const std::string& url);

// As the options say; when they say nothing, the store, or the spool while there is no store yet.
// Root becomes the owner of either, for good (become_owner.hpp). A store that does not answer is
// EX_UNAVAILABLE, and what is said then names --spool.
[[nodiscard]] Result<std::unique_ptr<EventSource>> open_source(const SourceOptions& options,
                                                               const config::Config& config);

// What could not be read, for standard error; empty when all was.
[[nodiscard]] std::string complaint(const Unread& unread);

}  // namespace cli
