#include "store/store_status.hpp"

#include <string_view>
#include <variant>

#include "store/sql.hpp"
#include "store/time_columns.hpp"

namespace store {

namespace {

// The one question that the two databases are asked in different words.
std::string_view size_question(Database::Dialect dialect) {
  return dialect == Database::Dialect::sqlite
             ? "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
             : "SELECT pg_database_size(current_database())";
}

std::optional<base::WallTime> time_in(const SqlValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  return time_of(number(value));
}

}  // namespace

base::Result<StoreStatus> store_status(Database& database) {
  const auto rows = database.execute(
      "SELECT (SELECT CAST(COALESCE(SUM(events), 0) AS BIGINT) FROM event_hours),"
      " (SELECT MIN(time_ms) FROM events), (SELECT MAX(time_ms) FROM events),"
      " (SELECT COUNT(*) FROM unread_lines)");
  if (!rows) return std::unexpected(rows.error());
  const auto size = database.execute(size_question(database.dialect()));
  if (!size) return std::unexpected(size.error());
  const SqlRow& row = rows->front();
  return StoreStatus{.events = static_cast<std::uint64_t>(number(row[0])),
                     .octets = static_cast<std::uint64_t>(number(size->front()[0])),
                     .oldest = time_in(row[1]),
                     .newest = time_in(row[2]),
                     .unread_lines = static_cast<std::uint64_t>(number(row[3]))};
}

}  // namespace store
