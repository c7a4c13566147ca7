#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "report/aggregate.hpp"
#include "store/database.hpp"
#include "store/time_columns.hpp"

// The counts (store/report_counts.hpp) that one aggregate report is made of. Of each row the store
// knows how many messages came, and how many of them are in a report: the difference is what the
// next report takes.
namespace report {

struct DayRows {
  std::vector<AggregateRecord> records;  // Those of most messages.
  LeftOut left_out;                      // The others, and what cannot be read.
  std::uint64_t messages = 0;            // Of the records.
  bool caused = false;                   // By a message that may cause a report.
};

struct DayRowsQuery {
  store::Day day;               // UTC.
  std::string policy_domain;    // As in report_rows: lower case, A-labels.
  std::size_t records_max = 0;  // Those of most messages; the others are only counted.
};

// The day's counts that are in no report, and late ones of days before that were reported. All of
// them count as reported from now on, whether there is room or not. REQUIRES: inside a transaction.
[[nodiscard]] base::Result<DayRows> take_rows(store::Database& database, const DayRowsQuery& query);

// Everything that was counted on that day, reported or not, for a look at what a report would say.
// Changes nothing, and needs no transaction.
[[nodiscard]] base::Result<DayRows> peek_rows(store::Database& database, const DayRowsQuery& query);

}  // namespace report
