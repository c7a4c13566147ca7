#pragma once

#include "event/event.hpp"
#include "json/reader.hpp"

// Reads the part of an event's line that facts_writer.hpp writes; for event_reader.cpp only.
namespace event {

// Fills in the results of SPF, DKIM, ARC and DMARC and the DNS answers. The reverse look-up stands
// with the client in a line, and is read there. Faults are noted by `line` (json::Node).
void read_checks(const json::Node& line, verify::Facts& facts);

}  // namespace event
