#include "store/failure_rows.hpp"

#include "base/text.hpp"
#include "store/incident.hpp"
#include "store/sql.hpp"
#include "store/time_columns.hpp"

namespace store {

namespace {

constexpr std::size_t incident_octets_max = 600;

}  // namespace

base::Result<void> keep_failure(Database& database, const event::Event& event,
                                const std::string& line) {
  if (event.failure_headers.empty()) return {};
  const auto failure = wanted_failure(event);
  if (!failure) return {};
  return run(
      database,
      "INSERT INTO failures (hour, incident, line, messages, first_ms) VALUES ($1, $2, $3, 1, $4)"
      " ON CONFLICT (hour, incident) DO UPDATE SET messages = failures.messages + 1",
      hour_of(event.time), base::printable(incident_of(event, *failure), incident_octets_max), line,
      event.time);
}

}  // namespace store
