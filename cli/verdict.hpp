#pragma once

#include <string>

#include "event/event.hpp"

namespace cli {

// The verdict on one message and how it came about, for people: several lines, printable, with a
// final line end. Pure.
[[nodiscard]] std::string describe(const event::Event& event);

}  // namespace cli
