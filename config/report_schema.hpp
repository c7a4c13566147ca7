#pragma once

#include "config/config.hpp"
#include "config/section.hpp"

namespace config {

void read_report(Section& section, Config& config);

}  // namespace config
