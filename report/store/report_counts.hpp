#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "report/feedback/report_row.hpp"
#include "report/store/database.hpp"
#include "report/store/time_columns.hpp"

// The counters that aggregate reports are made of: how many messages had the same row, for each UTC
// day and policy domain. Rows of a day may still come after its report was sent, when a spool was
// collected late: whoever sends reports compares `messages` with what it sent.
namespace report {

// One message each.
struct Counted {
  Day day;
  ReportRow row;
  bool causes = true;  // causes_report()
};

// REQUIRES: inside a transaction. Always in the same order, so that two gateways never wait for
// each other's rows.
[[nodiscard]] base::Result<void> count(Database& database, const std::vector<Counted>& messages);

struct DomainCount {
  std::string policy_domain;
  std::uint64_t messages = 0;
  std::uint64_t causes = 0;  // Without any, no report is sent.
};
// What a day's reports are about, by policy domain.
[[nodiscard]] base::Result<std::vector<DomainCount>> policy_domains(Database& database, Day day);

using VisitRow = std::function<void(const ReportRow& row, std::uint64_t messages)>;
// The rows of one report, some at a time, in a fixed order.
[[nodiscard]] base::Result<void> for_each_row(Database& database, Day day,
                                              const std::string& policy_domain,
                                              const VisitRow& visit);

}  // namespace report
