#pragma once

#include <cstdint>

#include "store/database.hpp"

namespace store {

// Octets that the store's rows take: of SQLite all pages of the file that are in use, of PostgreSQL
// an estimate of events, counters, reports, failures and unread lines. It is what retention holds
// against its limit, so it goes down as soon as rows are deleted, before the disk has room again.
[[nodiscard]] base::Result<std::uint64_t> store_octets(Database& database);

}  // namespace store
