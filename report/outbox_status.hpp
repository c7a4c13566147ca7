#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "report/deliveries.hpp"
#include "store/database.hpp"
#include "store/time_columns.hpp"

// What the outbox holds, for people: `postern report list`, `postern status`. Changes nothing; a
// word that another version wrote and this one does not know reads as the first state or kind.
namespace report {

// One report to one mailbox, as far as it came.
struct ListedDelivery {
  std::string destination;  // The mailbox, as text.
  DeliveryState state = DeliveryState::waiting;
  std::uint64_t attempts = 0;
  base::WallTime next;                 // When it is tried again, of open ones.
  std::optional<base::WallTime> sent;  // When the relay took it.
  std::int64_t code = 0;  // The last reply of the relay, and its text or what else was wrong.
  std::string reply;      // Printable.
};

// One report, without its body, and all its deliveries.
struct ListedReport {
  std::string id;
  ReportKind kind = ReportKind::aggregate;
  store::Day day;             // That it tells of, UTC; of a failure report that of the failure.
  std::string policy_domain;  // Whose owner it is for.
  std::string state;          // "made", or "unwanted" with why.
  std::string why;
  base::WallTime made;
  std::uint64_t records = 0;               // A failure report has one,
  std::uint64_t messages = 0;              // for so many messages of one incident.
  std::vector<ListedDelivery> deliveries;  // By mailbox.
};

// All that is set must hold.
struct ReportQuery {
  std::optional<store::Day> since{};  // This day, and later ones.
  std::string policy_domain{};        // Empty: all.
  std::size_t reports_max = 1000;     // The newest.
};

// The newest day first, then by policy domain and id.
[[nodiscard]] base::Result<std::vector<ListedReport>> list_reports(store::Database& database,
                                                                   const ReportQuery& query);

// A mailbox that gets nothing for a while, as it refused what it was sent.
struct Suppression {
  std::string destination;  // "a@example.org", or "a@example.org about example.net".
  base::WallTime until;
  std::string why;
};

// The outbox in numbers, for who watches it.
struct OutboxStatus {
  std::map<std::string, std::uint64_t> reports;     // By state.
  std::map<std::string, std::uint64_t> deliveries;  // By state.
  std::uint64_t messages_unreported = 0;            // Counted, in no report yet: also of today.
  std::optional<base::WallTime> oldest_open;        // When the report was made.
  std::vector<Suppression> suppressions;            // In force.
};

// `now` says which suppressions are in force.
[[nodiscard]] base::Result<OutboxStatus> outbox_status(store::Database& database,
                                                       base::WallTime now);

}  // namespace report
