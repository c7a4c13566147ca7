#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/schema.hpp"
#include "config/section.hpp"
#include "config/value.hpp"

// The arrays of tables, of which there can be any number of entries.
namespace config {

// [[protected]] has the organisation's own domains, [[tenant]] the rules of some recipients,
// [[override]] exceptions, and [[stage]] how far the mail of one sender is enforced.
inline constexpr std::array<std::string_view, 4> table_names = {"protected", "tenant", "override",
                                                                "stage"};

// REQUIRES: [trust] is read, and [policy], which tenants fall back on. Puts nothing into `config`
// when there is a complaint, of these or an earlier one. Takes time that grows with the file and no
// faster.
void read_tables(const Table& file, Config& config, Complaints& complaints);

// One for each entry, in the order of table_names.
[[nodiscard]] std::vector<Block> table_blocks(const Config& config);

// As known_keys() lists them: "tenant.preset", "override.match.client".
[[nodiscard]] std::vector<std::string> table_keys();

}  // namespace config
