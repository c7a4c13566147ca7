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
  std::optional<base::WallTime> oldest;  // Of the events; nothing when there are none.
  std::optional<base::WallTime> newest;
  std::uint64_t unread_lines = 0;  // Kept as they are, as they are no events we can read.
};

// Changes nothing. Reads sums and ends of indexes, not the events, so it is quick on a large store.
[[nodiscard]] base::Result<StoreStatus> store_status(Database& database);

}  // namespace store
