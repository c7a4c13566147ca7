#pragma once

#include <string>

#include "base/result.hpp"
#include "store/database.hpp"

// What tells the stores of one organization apart, in the ids of their reports.
namespace store {

// 16 hexadecimal digits that were drawn when the store was made; empty where that was not done.
[[nodiscard]] base::Result<std::string> store_identity(Database& database);

// Draws them, unless that was done before; of several processes at once one draws, for all.
// REQUIRES: tables of this program's version.
[[nodiscard]] base::Result<void> make_store_identity(Database& database);

}  // namespace store
