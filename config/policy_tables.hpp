#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/section.hpp"
#include "config/value.hpp"

namespace config {

// [[protected]], [[tenant]], [[override]] and [[stage]]. REQUIRES: [trust] is read, and [policy],
// which tenants fall back on. Takes time that grows with the file and no faster.
void read_policy_tables(const Table& file, Config& config, Complaints& complaints);

// Their keys, as known_keys() lists them: "tenant.preset", "override.match.client".
[[nodiscard]] std::vector<std::string> policy_table_keys();

}  // namespace config
