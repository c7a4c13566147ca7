#include "store/store_status.hpp"

#include <string_view>

#include "store/sql.hpp"

namespace store {

namespace {

// The one question that the two databases are asked in different words.
std::string_view size_question(Database::Dialect dialect) {
  return dialect == Database::Dialect::sqlite
             ? "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
             : "SELECT pg_database_size(current_database())";
}

}  // namespace

base::Result<StoreStatus> store_status(Database& database) {
  using Time = std::optional<base::WallTime>;
  const auto [events, oldest, newest, unread] =
      TRY(fetch_one<std::uint64_t, Time, Time, std::uint64_t>(
          database,
          "SELECT (SELECT CAST(COALESCE(SUM(events), 0) AS BIGINT) FROM event_hours),"
          " (SELECT MIN(time_ms) FROM events), (SELECT MAX(time_ms) FROM events),"
          " (SELECT COUNT(*) FROM unread_lines)"));
  const auto octets = TRY(fetch_one<std::uint64_t>(database, size_question(database.dialect())));
  return StoreStatus{.events = events,
                     .octets = octets,
                     .oldest = oldest,
                     .newest = newest,
                     .unread_lines = unread};
}

}  // namespace store
