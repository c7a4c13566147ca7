#pragma once

#include "event/event.hpp"

namespace support {

// A forged message of an ordinary kind, all fields filled: about 2.5 KB as a line.
[[nodiscard]] event::Event sample_event();

// The longest event there can be: every field is as long and as hostile as a sender can make it.
[[nodiscard]] event::Event monstrous_event();

}  // namespace support
