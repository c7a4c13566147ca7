#pragma once

#include "event/event.hpp"
#include "json/reader.hpp"

// The part of an event's line that facts_writer.hpp writes; inside report/ only.
namespace event {

// All but the reverse look-up, which stands with the client.
void read_checks(const json::Node& line, verify::Facts& facts);

}  // namespace event
