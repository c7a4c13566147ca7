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
// the end. Bounded: what has not failed for longest makes room, of what failed once if that is at
// least half. So a flood of names that never come again pushes out its own kind, and not those that
// wait. Safe for concurrent use.
class DeferralBook {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t entries_max = 50'000;  // Some 12 MB.
  // After that long without a failure senders have given up (RFC 5321 §4.5.4.1), and the next one
  // is another story.
  static constexpr std::chrono::hours forgotten_after{5 * 24};

  // A temporary error of this: how long there has been nothing but such.
  [[nodiscard]] std::chrono::steady_clock::duration failed(const std::string& what, Time now);
  // It was had.
  void succeeded(std::string_view what);

 private:
  struct Entry {
    std::string what;
    Time first;
    Time last;
    bool again = false;  // It failed more than once.
  };
  using Entries = std::list<Entry>;  // The one that failed last at the end.
  struct Book {
    Entries once;
    Entries again;
    std::unordered_map<std::string_view, Entries::iterator> places;

    void erase(Entries::iterator place);
    void forget(Time now);
    void make_room();
  };

  base::Guarded<Book> book_;
};

}  // namespace milter
