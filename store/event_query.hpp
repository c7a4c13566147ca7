#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "policy/stance.hpp"
#include "store/database.hpp"

// Questions about stored events.
namespace store {

// All that is set must hold.
struct EventQuery {
  std::optional<base::WallTime> since;
  std::optional<base::WallTime> until;  // Not itself.
  std::string id;                       // Event id or queue id.
  std::string from_domain;              // The author domain, lower case: this one or below.
  std::optional<policy::Action> action;
  std::optional<policy::Action> would;
  std::string rule;
  std::string gateway;
  bool newest_first = true;
  std::uint64_t events_max = ~0ULL;
};

// Gets the line as it was in the spool; false ends.
using VisitLine = std::function<bool(std::string_view line)>;

// The events in order of time, some at a time: memory does not grow with their number. Events that
// are stored meanwhile may be among them.
[[nodiscard]] base::Result<void> for_each_event(Database& database, const EventQuery& query,
                                                const VisitLine& visit);

struct EventKey {
  base::WallTime time;
  std::string id;
  friend auto operator<=>(const EventKey&, const EventKey&) = default;
};
using VisitKey = std::function<bool(const EventKey& key)>;
// The same events, without reading their lines.
[[nodiscard]] base::Result<void> for_each_key(Database& database, const EventQuery& query,
                                              const VisitKey& visit);
// The line of one event; empty when it is gone.
[[nodiscard]] base::Result<std::string> find_line(Database& database, const std::string& id);

// How many there are, for progress bars. Reads as much as for_each_event(), without lines.
[[nodiscard]] base::Result<std::uint64_t> count_events(Database& database, const EventQuery& query);

}  // namespace store
