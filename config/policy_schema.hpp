#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/section.hpp"

namespace config {

void read_trust(Section& section, Config& config);
void read_policy(Section& section, Config& config);

// What a site or a tenant wants done; keys that are absent are those of `fallback`.
[[nodiscard]] policy::Stance read_stance(Section& section, const policy::Stance& fallback,
                                         std::vector<std::string>& warnings);

// "enforce" and "percent".
[[nodiscard]] policy::Stage read_stage(Section& section, const policy::Stage& fallback,
                                       std::vector<std::string>& warnings);

}  // namespace config
