#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/guarded.hpp"

namespace milter {

// Since when something that mail needs could not be had, by what it is and whose mail: a domain
// whose DNS fails for days must not have its mail deferred forever, as its sender's MTA gives up in
// the end. In memory only. Bounded: when it is full, the entry whose last failure is longest ago
// makes room, taken from what failed once if that is at least half of all. So a flood of names that
// never come again pushes out its own kind, and not those that wait. Safe for concurrent use.
class DeferralBook {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t entries_max = 50'000;  // Some 12 MB.
  // After that long without a failure senders have given up (RFC 5321 §4.5.4.1), and the next one
  // is another story.
  static constexpr std::chrono::hours forgotten_after{5 * 24};

  // Notes a temporary error of `what`, and returns for how long there has been nothing but such:
  // zero at the first. `now` must not go back.
  [[nodiscard]] std::chrono::steady_clock::duration failed(const std::string& what, Time now);
  // Notes that `what` was had: its next failure is a first one again.
  void succeeded(std::string_view what);

 private:
  // One thing that fails.
  struct Entry {
    std::string what;    // "example.com spf example.com": owner and voucher.
    Time first;          // Of the failures since the last success.
    Time last;           // The latest of them.
    bool again = false;  // It failed more than once.
  };
  using Entries = std::list<Entry>;  // The one that failed last at the end.
  // What the lock guards.
  struct Book {
    Entries once;   // Failed a single time so far.
    Entries again;  // Failed more than once.
    // All entries, by views of their Entry::what.
    std::unordered_map<std::string_view, Entries::iterator> places;

    void erase(Entries::iterator place);
    void forget(Time now);  // What is older than forgotten_after.
    void make_room();       // For one more.
  };

  base::Guarded<Book> book_;
};

}  // namespace milter
