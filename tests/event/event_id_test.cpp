#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "event/event.hpp"

namespace {

base::WallTime at(std::int64_t milliseconds) {
  return base::WallTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace

TEST_CASE("event ids are twenty lower-case letters and digits", "[event]") {
  for (const auto time : {at(-5), at(0), at(1'777'000'000'123)}) {
    const std::string id = event::make_event_id(time);
    CHECK(id.size() == 20);
    CHECK(std::ranges::all_of(id,
                              [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'z'); }));
  }
}

TEST_CASE("later event ids sort after earlier ones", "[event]") {
  std::string last = event::make_event_id(at(0));
  for (const std::int64_t time : {1LL, 35LL, 36LL, 1'777'000'000'123LL, 1'777'000'000'124LL}) {
    const std::string id = event::make_event_id(at(time));
    CHECK(last < id);
    last = id;
  }
}

TEST_CASE("event ids of one millisecond and many threads differ", "[event]") {
  std::vector<std::vector<std::string>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& ids : made) {
      threads.emplace_back([&ids] {
        for (int i = 0; i < 2000; ++i)
          ids.push_back(event::make_event_id(at(42)));
      });
    }
  }
  std::set<std::string> all;
  for (const auto& ids : made)
    all.insert(ids.begin(), ids.end());
  CHECK(all.size() == 8000);
}
