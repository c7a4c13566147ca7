#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"

// Reads what to_line() wrote. Not part of the daemon.
namespace event {

enum class LineFault : std::uint8_t {
  malformed,  // Not an event: a torn line, a corrupt segment, another program's.
  newer,      // An event of a version this program does not know.
};

struct LineError {
  LineFault fault = LineFault::malformed;
  std::string what;  // "version 2 is newer than 1", "dkim[0].result: unknown word \"x\""
};

// The event of one line. Unknown keys are skipped. What to_line() left out (bodies of long lists,
// local parts, records beyond its limits) is not there; all that policy::decide() reads is, unless
// Event::recipients_cut.
[[nodiscard]] base::Result<Event, LineError> from_line(std::string_view line);

}  // namespace event
