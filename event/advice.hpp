#pragma once

#include <string>
#include <vector>

#include "event/event.hpp"

namespace event {

// What the sending side should do so that its mail passes: whole sentences for its postmaster, the
// most pressing first, each once. Empty when there is nothing to mend, and for mail of trusted
// clients, which nobody checked. Printable text of one line each. Pure.
[[nodiscard]] std::vector<std::string> advise(const Event& event);

}  // namespace event
