#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"
#include "store/report_row.hpp"

// The counters that aggregate reports are made of: how many messages had the same row, for each UTC
// day and policy domain, and when the last of them came. Rows of a day may still come after its
// report was sent, when a spool was collected late: whoever sends reports compares `messages` with
// what it sent.
namespace store {

// One message each.
struct Counted {
  base::WallTime time;
  ReportRow row;
  bool causes = true;  // causes_report()
};

// How many different rows a policy domain has a day. Past `detailed`, messages are counted in rows
// without what a sender can make up for each message (signatures, envelope); past twice that, in
// one row that tells no more than how many they are.
struct CountLimits {
  std::uint64_t detailed = 5'000;
};

// REQUIRES: inside a transaction. Always in the same order, so that two gateways never wait for
// each other's rows.
[[nodiscard]] base::Result<void> count(Database& database, const std::vector<Counted>& messages,
                                       const CountLimits& limits = {});

}  // namespace store
