#pragma once

#include <vector>

#include "report/feedback/report_row.hpp"
#include "report/store/database.hpp"
#include "verify/base/result.hpp"
#include "verify/base/time.hpp"

// The counters that aggregate reports are made of: how many messages had the same row, for each UTC
// day and policy domain, and when the last of them came. Rows of a day may still come after its
// report was sent, when a spool was collected late: whoever sends reports compares `messages` with
// what it sent.
namespace report {

// One message each.
struct Counted {
  base::WallTime time;
  ReportRow row;
  bool causes = true;  // causes_report()
};

// REQUIRES: inside a transaction. Always in the same order, so that two gateways never wait for
// each other's rows.
[[nodiscard]] base::Result<void> count(Database& database, const std::vector<Counted>& messages);

}  // namespace report
