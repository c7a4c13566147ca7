#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "verify/base/domain.hpp"
#include "verify/base/guarded.hpp"

namespace milter {

// Since when no verdict on mail of a domain could be had: a domain whose DNS fails for days must
// not have its mail deferred forever. Bounded: the one that has not failed for longest makes room.
// Safe for concurrent use.
class DeferralBook {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t domains_max = 10'000;
  // After that long without a failure senders have given up (RFC 5321 §4.5.4.1), and the next one
  // is another story.
  static constexpr std::chrono::hours forgotten_after{5 * 24};

  // A temporary error for mail of this domain: how long there have been nothing but such.
  [[nodiscard]] std::chrono::steady_clock::duration failed(const base::Domain& domain, Time now);
  // A verdict was had.
  void succeeded(const base::Domain& domain);

 private:
  struct Entry {
    std::string domain;
    Time first;
    Time last;
  };
  struct Book {
    std::list<Entry> entries;  // The one that failed last at the end.
    std::unordered_map<std::string_view, std::list<Entry>::iterator> places;

    void erase(std::list<Entry>::iterator place);
  };

  base::Guarded<Book> book_;
};

}  // namespace milter
