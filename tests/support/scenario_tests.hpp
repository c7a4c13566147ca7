#pragma once

#include <filesystem>
#include <string>

#include "tests/support/scenario.hpp"

namespace support {

using ScenarioRunner = void (*)(const Scenario& scenario);

// Makes each scenario file a Catch2 test case named after the scenario; one that cannot be read
// becomes a test that fails. Called while the program starts. The result is only there to be
// assigned.
bool register_scenarios(const std::filesystem::path& folder, const std::string& tags,
                        ScenarioRunner runner);

// FAILs with all that is not as expected.
void check_outcome(const Scenario& scenario, const Outcome& outcome);

}  // namespace support
