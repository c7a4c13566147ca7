#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

// What a store holds, for people.
namespace store {

struct StoreStatus {
  std::uint64_t events = 0;              // Of the hours that are kept.
  std::uint64_t octets = 0;              // Of the whole database on disk.
  std::optional<base::WallTime> oldest;  // Events.
  std::optional<base::WallTime> newest;
  std::uint64_t unread_lines = 0;
};

// Changes nothing; does not read the events.
[[nodiscard]] base::Result<StoreStatus> store_status(Database& database);

}  // namespace store
