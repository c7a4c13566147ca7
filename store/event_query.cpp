#include "store/event_query.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/gzip.hpp"
#include "store/sql.hpp"
#include "store/time_columns.hpp"

namespace store {

namespace {

constexpr std::uint64_t lines_max = 100;  // In memory; times 64 KiB, at worst.
constexpr std::uint64_t keys_max = 5'000;

// The names below a domain, for LIKE; "_" is a letter of domain names, not a wildcard.
std::string below(std::string_view domain) {
  std::string pattern = "%.";
  for (const char c : domain) {
    if (c == '_' || c == '%' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// A condition and its parameters, grown one by one.
class Conditions {
 public:
  // "$" in `condition` stands for the parameters, in order.
  void add(std::string_view condition, std::vector<SqlValue> values) {
    text_ += text_.empty() ? " WHERE " : " AND ";
    std::size_t next = values_.size();
    for (const char c : condition) {
      text_ += c;
      if (c == '$') text_ += std::to_string(++next);
    }
    std::ranges::move(values, std::back_inserter(values_));
  }
  void add_equal(std::string_view column, std::string_view value) {
    if (!value.empty()) add(std::string(column) + " = $", {column_text(value)});
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<SqlValue>& values() const { return values_; }

 private:
  std::string text_;
  std::vector<SqlValue> values_;
};

Conditions conditions_of(const EventQuery& query) {
  Conditions conditions;
  if (query.since) conditions.add("time_ms >= $", {milliseconds_of(*query.since)});
  if (query.until) conditions.add("time_ms < $", {milliseconds_of(*query.until)});
  if (!query.id.empty()) {
    const std::string id = column_text(query.id);
    conditions.add("(id = $ OR queue_id = $)", {id, id});
  }
  if (!query.from_domain.empty()) {
    conditions.add("(from_domain = $ OR from_domain LIKE $ ESCAPE '\\')",
                   {query.from_domain, below(query.from_domain)});
  }
  if (query.action) conditions.add_equal("action_taken", policy::name(*query.action));
  if (query.would) conditions.add_equal("action_wanted", policy::name(*query.would));
  conditions.add_equal("rule_name", query.rule);
  conditions.add_equal("gateway", query.gateway);
  return conditions;
}

// Of a row whose octets were damaged nothing is left: it reads as no event.
std::string line_of(const std::string& plain, const std::optional<std::string>& compressed) {
  return compressed ? base::gunzip(*compressed).value_or("") : plain;
}

// Rows of time, id and `names`, which are of the types `Columns`, page by page: `visit` gets all of
// them, and false ends.
template <class... Columns, class Visit>
base::Result<void> for_each_row(Database& database, const EventQuery& query, std::string_view names,
                                std::uint64_t page_max, const Visit& visit) {
  const Conditions conditions = conditions_of(query);
  std::vector<SqlValue> last;  // Time and id of the last one seen.
  for (std::uint64_t left = query.events_max; left > 0;) {
    const std::uint64_t page = std::min(left, page_max);
    Conditions paged = conditions;
    if (!last.empty()) {
      paged.add(query.newest_first ? "(time_ms, id) < ($, $)" : "(time_ms, id) > ($, $)", last);
    }
    const std::string_view order = query.newest_first ? " DESC" : "";
    std::string sql = "SELECT time_ms, id";
    sql.append(names).append(" FROM events").append(paged.text());
    sql.append(" ORDER BY time_ms").append(order).append(", id").append(order);
    sql.append(" LIMIT ").append(std::to_string(page));
    const auto rows =
        TRY(fetch<base::WallTime, std::string, Columns...>(database, sql, paged.values()));
    for (const auto& row : rows) {
      if (!std::apply(visit, row)) return {};
    }
    if (rows.size() < page) return {};
    left -= page;
    last = {to_column(std::get<0>(rows.back())), to_column(std::get<1>(rows.back()))};
  }
  return {};
}

}  // namespace

base::Result<void> for_each_event(Database& database, const EventQuery& query,
                                  const VisitLine& visit) {
  return for_each_row<std::string, std::optional<std::string>>(
      database, query, ", line, line_gz", lines_max,
      [&](base::WallTime, const std::string&, const std::string& plain,
          const std::optional<std::string>& compressed) {
        return visit(line_of(plain, compressed));
      });
}

base::Result<void> for_each_key(Database& database, const EventQuery& query,
                                const VisitKey& visit) {
  return for_each_row(database, query, "", keys_max,
                      [&](base::WallTime time, const std::string& id) {
                        return visit({time, id});
                      });
}

base::Result<std::string> find_line(Database& database, const std::string& id) {
  const auto row = TRY(fetch_first<std::string, std::optional<std::string>>(
      database, "SELECT line, line_gz FROM events WHERE id = $1", column_text(id)));
  return row ? std::apply(line_of, *row) : std::string();
}

base::Result<std::uint64_t> count_events(Database& database, const EventQuery& query) {
  const Conditions conditions = conditions_of(query);
  const auto events = TRY(fetch_one<std::uint64_t>(
      database, "SELECT COUNT(*) FROM events" + conditions.text(), conditions.values()));
  return std::min(events, query.events_max);
}

}  // namespace store
