#include "store/store_size.hpp"

#include <string_view>

#include "store/sql.hpp"

namespace store {

base::Result<std::uint64_t> store_octets(Database& database) {
  if (database.dialect() == Database::Dialect::sqlite) {
    const auto pages = TRY(fetch_one<std::uint64_t>(database, "PRAGMA page_count"));
    const auto unused = TRY(fetch_one<std::uint64_t>(database, "PRAGMA freelist_count"));
    const auto size = TRY(fetch_one<std::uint64_t>(database, "PRAGMA page_size"));
    return (pages - unused) * size;
  }
  std::uint64_t octets = 0;
  for (const std::string_view sql :
       {"SELECT CAST(COALESCE(SUM(octets), 0) AS BIGINT) FROM event_hours",
        "SELECT CAST(COALESCE(SUM(octets), 0) AS BIGINT) FROM report_days",
        "SELECT CAST(COALESCE(SUM(LENGTH(body) + 500), 0) AS BIGINT) FROM reports",
        "SELECT CAST(COALESCE(SUM(LENGTH(line) + 200), 0) AS BIGINT) FROM unread_lines",
        "SELECT CAST(COALESCE(SUM(LENGTH(line) + 500), 0) AS BIGINT) FROM failures"}) {
    octets += TRY(fetch_one<std::uint64_t>(database, sql));
  }
  return octets;
}

}  // namespace store
