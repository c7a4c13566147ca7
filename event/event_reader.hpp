#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"

// Reads what to_line() wrote. Not linked with the daemon, which only writes.
namespace event {

// Why a line is no event. The collector keeps such lines in the store with this as the reason, and
// a newer program can read the second kind from there.
enum class LineFault : std::uint8_t {
  malformed,  // Not an event: a torn line, a corrupt segment, another program's.
  newer,      // An event of a version this program does not know.
};

struct LineError {
  LineFault fault = LineFault::malformed;
  std::string what;  // For people: "version 2 is newer than 1", "dkim[0].result: …"
};

// The event of one line, without line end. Unknown keys are skipped, absent ones have their
// defaults. What to_line() left out (ends of long lists, local parts, records beyond its limits) is
// not there; all that policy::decide() reads is, unless Event::recipients_cut. Pure.
[[nodiscard]] base::Result<Event, LineError> from_line(std::string_view line);

}  // namespace event
