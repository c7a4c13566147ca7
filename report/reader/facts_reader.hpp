#pragma once

#include "report/event.hpp"
#include "report/reader/json_reader.hpp"

// The part of an event's line that facts_writer.hpp writes; inside report/ only.
namespace report {

// All but the reverse look-up, which stands with the client.
void read_checks(const JsonNode& line, verify::Facts& facts);

}  // namespace report
