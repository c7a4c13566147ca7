#include "store/plausible_time.hpp"

#include <chrono>

#include <catch2/catch.hpp>

namespace {

using namespace std::chrono_literals;
using store::judge_time;
using store::PlausibleTime;

constexpr std::int64_t today = 20'000;

base::WallTime at(std::int64_t day) { return base::WallTime(std::chrono::days(day)) + 12h; }

// A month of days with mail, to `last`.
std::set<std::int64_t> month(std::int64_t last) {
  std::set<std::int64_t> days;
  for (std::int64_t day = last - 30; day <= last; ++day)
    days.insert(day);
  return days;
}

std::set<std::int64_t> with(std::set<std::int64_t> days, std::initializer_list<std::int64_t> more) {
  days.insert(more.begin(), more.end());
  return days;
}

}  // namespace

TEST_CASE("clocks that agree with the mail of today are right", "[store][store]") {
  const PlausibleTime time = judge_time(at(today), at(today), month(today));
  CHECK(time.oldest == at(today));
  CHECK(time.newest == at(today) + 24h);
  CHECK(time.doubt.empty());
}

TEST_CASE("a clock ahead of the other one, or of the mail, makes nothing old", "[store][store]") {
  for (const std::int64_t ahead : {3, 10, 31, 401, 20'000}) {
    INFO(ahead);
    const base::WallTime wrong = at(today + ahead);
    // Ours; the store's; both.
    CHECK(judge_time(wrong, at(today), month(today)).oldest == at(today));
    CHECK(judge_time(at(today), wrong, month(today)).oldest == at(today));
    const PlausibleTime both = judge_time(wrong, wrong, month(today));
    CHECK(both.oldest == at(today) + 12h);
    if (ahead > 4) CHECK_FALSE(both.doubt.empty());
    // And mail by that clock on a day or two.
    CHECK(judge_time(wrong, wrong, with(month(today), {today + ahead})).oldest == at(today) + 12h);
    CHECK(judge_time(wrong, wrong, with(month(today), {today + ahead - 1, today + ahead})).oldest <=
          (ahead == 3 ? at(today + 3) : at(today) + 12h));
  }
}

TEST_CASE("mail of three days behind a gap is believed", "[store][store]") {
  const auto days = with(month(today), {today + 60, today + 67, today + 69});
  CHECK(judge_time(at(today + 69), at(today + 69), days).oldest > at(today + 60));
  const auto row = with(month(today), {today + 60, today + 61, today + 62});
  CHECK(judge_time(at(today + 62), at(today + 62), row).oldest == at(today + 62));
}

TEST_CASE("a clock that stands in the past takes today's mail for no mail to come",
          "[store][store]") {
  const PlausibleTime time = judge_time(at(0), at(0), month(today));
  CHECK(time.oldest == at(0));
  CHECK(time.newest > at(today));
}

TEST_CASE("mail of days to come is told from that of today", "[store][store]") {
  for (const std::int64_t ahead : {5, 730, 18'000}) {
    const auto days = with(month(today), {today + ahead, today + ahead + 1, today + ahead + 2});
    const PlausibleTime time = judge_time(at(today), at(today), days);
    CHECK(time.oldest == at(today));
    CHECK(time.newest < at(today + ahead) - 12h);
  }
}

TEST_CASE("of two clocks the later one needs mail that leads up to it", "[store][store]") {
  for (const std::int64_t ahead : {31, 365}) {
    // A gateway whose clock is ahead has a day of mail by it; its collector, or the server's.
    const auto days = with(month(today), {today + ahead});
    CHECK(judge_time(at(today + ahead), at(today), days).newest <= at(today) + 48h);
    CHECK(judge_time(at(today), at(today + ahead), days).newest <= at(today) + 48h);
    CHECK(judge_time(at(today + ahead), at(today), month(today)).newest <= at(today) + 48h);
  }
  // A clock behind takes nothing of today for mail to come.
  for (const std::int64_t behind : {5, 31, 365, 20'000}) {
    CHECK(judge_time(at(today - behind), at(today), month(today)).newest >= at(today));
    CHECK(judge_time(at(today), at(today - behind), month(today)).newest >= at(today));
  }
}

TEST_CASE("without any mail the clocks are all there is", "[store][store]") {
  CHECK(judge_time(at(today), at(today + 5), {}).oldest == at(today));
}
