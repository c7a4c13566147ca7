#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "policy/stance.hpp"
#include "store/database.hpp"

// Questions about stored events. All of them see what is committed. Nothing is open while `visit`
// runs, so that it may ask the same database other questions.
namespace store {

// All that is set must hold; an empty string and nothing ask for anything. Times are those in the
// event, of the gateway's clock, to the millisecond.
struct EventQuery {
  std::optional<base::WallTime> since;
  std::optional<base::WallTime> until;  // Not itself.
  std::string id;                       // Event id or queue id.
  std::string from_domain;              // The author domain, lower case: this one or below.
  std::optional<policy::Action> action;
  std::optional<policy::Action> would;
  std::string rule;     // As policy::name() spells it.
  std::string gateway;  // Its name, as it stands in the event.
  bool newest_first = true;
  std::uint64_t events_max = ~0ULL;  // The first so many in that order.
};

// Gets the line as it was in the spool, without its line end; false ends. A line whose octets were
// damaged in the store is empty.
using VisitLine = std::function<bool(std::string_view line)>;

// The events in order of time, some at a time: memory does not grow with their number. Events that
// are stored meanwhile may be among them.
[[nodiscard]] base::Result<void> for_each_event(Database& database, const EventQuery& query,
                                                const VisitLine& visit);

// Where an event stands among the others: by time, and by id among those of one millisecond.
struct EventKey {
  base::WallTime time;
  std::string id;
  friend auto operator<=>(const EventKey&, const EventKey&) = default;
};
using VisitKey = std::function<bool(const EventKey& key)>;  // False ends.

// The same events in the same order, without reading their lines: 50 times as many at a time.
[[nodiscard]] base::Result<void> for_each_key(Database& database, const EventQuery& query,
                                              const VisitKey& visit);

// The line of one event, by its id; empty when it is gone.
[[nodiscard]] base::Result<std::string> find_line(Database& database, const std::string& id);

// How many there are, for progress bars. Reads as much as for_each_event(), without lines.
[[nodiscard]] base::Result<std::uint64_t> count_events(Database& database, const EventQuery& query);

}  // namespace store
