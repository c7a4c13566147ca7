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

// What the outbox holds, for people.
namespace report {

struct ListedDelivery {
  std::string destination;
  DeliveryState state = DeliveryState::waiting;
  std::uint64_t attempts = 0;
  base::WallTime next;  // Of open ones.
  std::optional<base::WallTime> sent;
  std::int64_t code = 0;  // The last reply of the relay, and its text or what else was wrong.
  std::string reply;
};

struct ListedReport {
  std::string id;
  ReportKind kind = ReportKind::aggregate;
  store::Day day;
  std::string policy_domain;
  std::string state;  // "made", or "unwanted" with why.
  std::string why;
  base::WallTime made;
  std::uint64_t records = 0;
  std::uint64_t messages = 0;
  std::vector<ListedDelivery> deliveries;
};

struct ReportQuery {
  std::optional<store::Day> since{};
  std::string policy_domain{};  // Empty: all.
  std::size_t reports_max = 1000;
};

// The newest day first.
[[nodiscard]] base::Result<std::vector<ListedReport>> list_reports(store::Database& database,
                                                                   const ReportQuery& query);

struct Suppression {
  std::string destination;
  base::WallTime until;
  std::string why;
};

struct OutboxStatus {
  std::map<std::string, std::uint64_t> reports;     // By state.
  std::map<std::string, std::uint64_t> deliveries;  // By state.
  std::uint64_t messages_unreported = 0;            // Counted, in no report yet: also of today.
  std::optional<base::WallTime> oldest_open;        // When the report was made.
  std::vector<Suppression> suppressions;            // In force.
};

[[nodiscard]] base::Result<OutboxStatus> outbox_status(store::Database& database,
                                                       base::WallTime now);

}  // namespace report
