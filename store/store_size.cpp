#include "store/store_size.hpp"

#include <string_view>

#include "store/sql.hpp"

namespace store {

namespace {

base::Result<std::int64_t> one_number(Database& database, std::string_view sql) {
  const auto rows = database.execute(sql);
  if (!rows) return std::unexpected(rows.error());
  return rows->empty() ? 0 : number(rows->front()[0]);
}

}  // namespace

base::Result<std::uint64_t> store_octets(Database& database) {
  if (database.dialect() == Database::Dialect::sqlite) {
    const auto pages = one_number(database, "PRAGMA page_count");
    if (!pages) return std::unexpected(pages.error());
    const auto unused = one_number(database, "PRAGMA freelist_count");
    if (!unused) return std::unexpected(unused.error());
    const auto size = one_number(database, "PRAGMA page_size");
    if (!size) return std::unexpected(size.error());
    return static_cast<std::uint64_t>((*pages - *unused) * *size);
  }
  std::int64_t octets = 0;
  for (const std::string_view sql :
       {"SELECT CAST(COALESCE(SUM(octets), 0) AS BIGINT) FROM event_hours",
        "SELECT CAST(COALESCE(SUM(octets), 0) AS BIGINT) FROM report_days",
        "SELECT CAST(COALESCE(SUM(LENGTH(body) + 500), 0) AS BIGINT) FROM reports",
        "SELECT CAST(COALESCE(SUM(LENGTH(line) + 200), 0) AS BIGINT) FROM unread_lines",
        "SELECT CAST(COALESCE(SUM(LENGTH(line) + 500), 0) AS BIGINT) FROM failures"}) {
    const auto sum = one_number(database, sql);
    if (!sum) return std::unexpected(sum.error());
    octets += *sum;
  }
  return static_cast<std::uint64_t>(octets);
}

}  // namespace store
