#include "milter/deferral_book.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

constexpr milter::DeferralBook::Time start{1000h};

}  // namespace

TEST_CASE("a domain fails since its first failure", "[milter]") {
  milter::DeferralBook book;
  CHECK(book.failed("a.example", start) == 0h);
  CHECK(book.failed("a.example", start + 3h) == 3h);
  CHECK(book.failed("b.example", start + 3h) == 0h);
  CHECK(book.failed("a.example", start + 50h) == 50h);
}

TEST_CASE("a verdict ends it, and so do five days without a failure", "[milter]") {
  milter::DeferralBook book;
  (void)book.failed("a.example", start);
  (void)book.failed("b.example", start);
  book.succeeded("a.example");
  book.succeeded("never.seen.example");
  CHECK(book.failed("a.example", start + 1h) == 0h);
  CHECK(book.failed("b.example", start + 119h) == 119h);
  CHECK(book.failed("a.example", start + 121h) == 0h);
  // One that never stops failing is not deferred anew every five days.
  CHECK(book.failed("b.example", start + 238h) == 238h);
  CHECK(book.failed("b.example", start + 358h) == 0h);
}

TEST_CASE("the domain that has not failed for longest makes room", "[milter][limits]") {
  milter::DeferralBook book;
  for (std::size_t i = 0; i < milter::DeferralBook::entries_max; ++i)
    (void)book.failed("d" + std::to_string(i) + ".example", start);
  (void)book.failed("d0.example", start + 1h);
  (void)book.failed("one.more.example", start + 1h);
  CHECK(book.failed("d0.example", start + 2h) == 2h);
  CHECK(book.failed("d1.example", start + 2h) == 0h);
}

TEST_CASE("a flood of names that never come again pushes out nobody who waits",
          "[milter][limits]") {
  milter::DeferralBook book;
  (void)book.failed("waits.example", start);
  (void)book.failed("waits.example", start + 1h);
  for (std::size_t i = 0; i < 3 * milter::DeferralBook::entries_max; ++i)
    (void)book.failed("d" + std::to_string(i) + ".example", start + 2h);
  CHECK(book.failed("waits.example", start + 25h) == 25h);
  book.succeeded("waits.example");
  CHECK(book.failed("waits.example", start + 26h) == 0h);
}

TEST_CASE("names that keep failing leave room for new ones", "[milter][limits]") {
  milter::DeferralBook book;
  for (int time = 0; time < 2; ++time) {
    for (std::size_t i = 0; i < milter::DeferralBook::entries_max; ++i)
      (void)book.failed("d" + std::to_string(i) + ".example", start);
  }
  (void)book.failed("new.example", start + 1h);
  CHECK(book.failed("new.example", start + 2h) == 1h);
  CHECK(book.failed("d0.example", start + 2h) == 0h);  // It had not failed for longest.
}
