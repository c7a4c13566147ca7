#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "report/aggregate.hpp"
#include "store/database.hpp"
#include "store/time_columns.hpp"

// Reports that are made and wait to be sent (docs/formats/report.md). A report is made once for
// each UTC day and policy domain, whatever becomes of the process: its octets and its id are in the
// store before anybody is asked to take it.
namespace report {

struct OutboxOptions {
  Reporter reporter;
  std::vector<Mailbox> copy_to;       // Each report goes there, too.
  std::chrono::minutes grace{120};    // After midnight, for spools that are collected a bit late.
  std::size_t destinations_max = 10;  // Of a record's rua.
  std::size_t records_max = 100'000;  // Of a report, which is made in memory and mailed.
};

struct Made {
  std::uint64_t reports = 0;   // That wait to be sent now.
  std::uint64_t unwanted = 0;  // No rua, or no message that may cause a report.
  std::uint64_t left_out = 0;  // Messages that a report had no room for.
};

// Makes a report for each policy domain and day that ended and has counts but no report, a week
// back at most. What was counted late, after the report of its day, goes into the next one: no
// count is in two reports. Several processes may do this at once. REQUIRES: no transaction.
[[nodiscard]] base::Result<Made> make_reports(store::Database& database,
                                              const OutboxOptions& options, base::WallTime now);

// The XML of the report that was made, or else of the one that would be made of what is counted so
// far, with everything counted on that day; nothing when nothing was counted. Changes nothing.
[[nodiscard]] base::Result<std::optional<std::string>> preview_xml(store::Database& database,
                                                                   const OutboxOptions& options,
                                                                   const base::Domain& domain,
                                                                   store::Day day);

// Deletes what is older than the counters are kept; bodies of reports earlier. What is deleted
// stays deleted when a later step fails.
[[nodiscard]] base::Result<void> expire_reports(store::Database& database, base::WallTime now);

}  // namespace report
