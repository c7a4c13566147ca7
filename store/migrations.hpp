#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "store/database.hpp"

// The versions of the store's tables (docs/formats/store.md). The version that a database has is
// the highest number in its table postern_schema, or 0 without that table.
namespace store {

// One step from the version before. Released steps never change: a new one is added.
struct Migration {
  int version = 0;
  std::string_view what;  // For the progress of a long one: "index events by rule".
  std::vector<std::string_view> statements;
};

// Before each step, and once at the end with done == total. Not called when there is nothing to do.
using Progress = std::function<void(std::string_view what, std::size_t done, std::size_t total)>;

// The steps of this program, by version from 1; they live as long as the program.
[[nodiscard]] std::span<const Migration> migrations();

// Brings the tables to the last of `steps`, each step in a transaction of its own: one that fails
// leaves the version before it. One process at a time; others wait, and after a minute fail. Tables
// newer than the last step are an error, and not touched.
[[nodiscard]] base::Result<void> migrate(Database& database, std::span<const Migration> steps,
                                         const Progress& progress);

// An error, which says what to do, unless the tables are of the version of the last step. Changes
// nothing.
[[nodiscard]] base::Result<void> check_version(Database& database,
                                               std::span<const Migration> steps);

}  // namespace store
