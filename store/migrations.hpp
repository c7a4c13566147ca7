#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "store/database.hpp"

// The versions of the store's tables (docs/formats/store.md).
namespace store {

// One step from the version before. Released steps never change: a new one is added.
struct Migration {
  int version = 0;
  std::string_view what;  // For the progress of a long one: "index events by rule".
  std::vector<std::string_view> statements;
};

// Before each step, and once at the end with done == total. Not called when there is nothing to do.
using Progress = std::function<void(std::string_view what, std::size_t done, std::size_t total)>;

[[nodiscard]] std::span<const Migration> migrations();

// Brings the tables to the last of `steps`, each step in a transaction of its own; one process at a
// time. Tables newer than that are an error, and not touched.
[[nodiscard]] base::Result<void> migrate(Database& database, std::span<const Migration> steps,
                                         const Progress& progress);

// An error unless the tables are of the version of the last step. Changes nothing.
[[nodiscard]] base::Result<void> check_version(Database& database,
                                               std::span<const Migration> steps);

}  // namespace store
