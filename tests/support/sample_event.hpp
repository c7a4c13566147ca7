#pragma once

#include "report/event.hpp"

namespace support {

// A forged message of an ordinary kind, all fields filled: about 2.5 KB as a line.
[[nodiscard]] report::Event sample_event();

// The longest event there can be: every field is as long and as hostile as a sender can make it.
[[nodiscard]] report::Event monstrous_event();

}  // namespace support
