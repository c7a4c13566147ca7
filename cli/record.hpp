#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"
#include "event/event.hpp"

namespace cli {

// A scenario (docs/formats/scenario.md) of the message in `text` that was judged as `event` says:
// run in process, it comes to the same decision and the same event, but for id, time and timings.
// Pure.
[[nodiscard]] std::string to_scenario(const event::Event& event, const config::Config& config,
                                      std::string_view text);

}  // namespace cli
