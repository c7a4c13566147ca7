#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/time.hpp"
#include "store/database.hpp"

// What time it may be. Clocks are wrong at times: of this machine, of a gateway whose events are in
// the store, after a battery died or a virtual machine slept. Nothing is deleted for one of them.
namespace store {

// What is before `oldest` minus its term is old by all accounts; what is after `newest` is of no
// time that has come by any account.
struct PlausibleTime {
  base::WallTime oldest;
  base::WallTime newest;
  std::string doubt;  // Why `oldest` is days before our clock: for the log; else empty.
};

// Witnesses: our clock, the server's or file system's, and the days (since 1970) of which there are
// events or counters. Time has come to the end of a day when mail came on it, and on the day before
// or the one before that; after a longer gap, when mail came on three days. Pure.
[[nodiscard]] PlausibleTime judge_time(base::WallTime ours, base::WallTime theirs,
                                       const std::set<std::int64_t>& days);

// The same, with what the database knows.
[[nodiscard]] base::Result<PlausibleTime> plausible_time(Database& database, base::WallTime now);

}  // namespace store
