#include "report/deliveries.hpp"

#include "tests/report/outbox_world.hpp"

namespace {

using namespace std::chrono_literals;
using report::Delivery;
using report::DeliveryLimits;
using report::DeliveryState;
using report::Submitted;
using store::Database;
using support::for_each_database;
using support::must;
using support::next_morning;

// One report, with one delivery that waits.
std::unique_ptr<Database> store_with_one(const std::string& url) {
  auto database = support::open_store(url);
  report::OutboxOptions options = support::outbox_options();
  options.copy_to = {support::mailbox("rua@example.com")};
  support::count(*database, support::may_first,
                 support::row_of("example.com", "mailto:rua@example.com"));
  support::make(*database, options);
  return database;
}

Delivery only(Database& database) {
  const auto id = support::listed(database).at(0).id;
  return must(report::find_delivery(database, {id, "rua@example.com"})).value();
}

const Submitted sent{.outcome = Submitted::Outcome::sent, .reason = {}};
const Submitted greylisted{
    .stage = Submitted::Stage::recipient, .code = 450, .reason = "RCPT: 450 4.2.0 later"};

// As submit() tells it: "RCPT: 550 5.1.1 no such user".
Submitted refused(std::string reason) {
  using Stage = Submitted::Stage;
  const Stage stage = reason.starts_with("RCPT")   ? Stage::recipient
                      : reason.starts_with("MAIL") ? Stage::sender
                                                   : Stage::content;
  const bool about_mailbox =
      stage == Stage::recipient && report::is_about_mailbox(reason.substr(6));
  return {.outcome = Submitted::Outcome::permanent,
          .stage = stage,
          .code = 550,
          .about_mailbox = about_mailbox,
          .reason = std::move(reason)};
}

}  // namespace

TEST_CASE("an attempt is repeated after twice the time, up to a limit", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    base::WallTime now = next_morning;
    for (const auto pause : {15min, 30min, 60min, 120min, 240min, 360min, 360min}) {
      CHECK(must(report::settle(*database, only(*database), greylisted, {}, now)) ==
            DeliveryState::waiting);
      CHECK(only(*database).next == now + pause);
      CHECK(must(report::due_deliveries(*database, now + pause - 1min, 10)).empty());
      CHECK(must(report::due_deliveries(*database, now + pause, 10)).size() == 1);
      now += pause;
    }
  });
}

TEST_CASE("what was tried for too long expires, but is tried four times", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const base::WallTime late = next_morning + 100h;
    CHECK(must(report::due_deliveries(*database, late, 10)).size() == 1);
    const auto attempt = [&] {
      return must(report::settle(*database, only(*database), greylisted, {}, late));
    };
    for (int i = 0; i < 3; ++i)
      CHECK(attempt() == DeliveryState::waiting);
    CHECK(attempt() == DeliveryState::expired);
    CHECK(must(report::due_deliveries(*database, late + 100h, 10)).empty());
    CHECK(support::listed(*database)[0].deliveries[0].reply == greylisted.reason);
  });
}

TEST_CASE("a report made by a clock that was ahead expires after as many attempts", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const base::WallTime before = next_morning - 24h * 365;
    int attempts = 0;
    while (only(*database).state == report::DeliveryState::waiting && attempts < 100) {
      must(report::settle(*database, only(*database), greylisted, {}, before));
      ++attempts;
    }
    CHECK(attempts == 12);
  });
}

TEST_CASE("what was noted by a clock that was ahead counts no longer than anything", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const base::WallTime ahead = next_morning + 24h * 365;
    must(report::settle(*database, only(*database), greylisted, {}, ahead));
    CHECK(only(*database).is_due(next_morning));
    CHECK(must(report::due_deliveries(*database, next_morning, 10)).size() == 1);
    must(report::settle(*database, only(*database), refused("RCPT: 550 5.1.1 no"), {}, ahead));
    const std::string to = "rua@example.com";
    CHECK(must(report::suppression(*database, to, "example.com", ahead)));
    CHECK_FALSE(must(report::suppression(*database, to, "example.com", next_morning)));
  });
}

TEST_CASE("a mailbox that is refused once is left alone for a week", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    CHECK(must(report::settle(*database, only(*database), refused("RCPT: 550 5.1.1 no"), {},
                              next_morning)) == DeliveryState::failed);
    const std::string to = "rua@example.com";
    CHECK(must(report::suppression(*database, to, "example.com", next_morning + 167h)) ==
          "RCPT: 550 5.1.1 no");
    CHECK_FALSE(must(report::suppression(*database, to, "example.com", next_morning + 168h)));
    CHECK_FALSE(
        must(report::suppression(*database, "other@example.com", "example.com", next_morning)));
  });
}

TEST_CASE("three refused messages in a row suppress a mailbox, too", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const auto is_suppressed = [&] {
      return must(report::suppression(*database, "rua@example.com", "example.com", next_morning))
          .has_value();
    };
    const auto settle = [&](const Submitted& submitted) {
      static_cast<void>(
          must(report::settle(*database, only(*database), submitted, {}, next_morning)));
    };
    const Submitted too_big = refused("message: 552 5.3.4 too big");
    settle(too_big);
    settle(too_big);
    CHECK_FALSE(is_suppressed());
    settle(sent);  // Starts again.
    settle(too_big);
    settle(too_big);
    CHECK_FALSE(is_suppressed());
    settle(too_big);
    CHECK(is_suppressed());
  });
}

TEST_CASE("what is said of one domain's reports suppresses no other domain's", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    for (int i = 0; i < 5; ++i) {
      static_cast<void>(must(report::settle(
          *database, only(*database), refused("message: 554 5.7.1 content"), {}, next_morning)));
    }
    const std::string to = "rua@example.com";
    CHECK(must(report::suppression(*database, to, "example.com", next_morning)));
    CHECK_FALSE(must(report::suppression(*database, to, "customer.example", next_morning)));
  });
}

TEST_CASE("a refusal without a code of the mailbox's suppresses at the third time", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const auto is_suppressed = [&] {
      return must(report::suppression(*database, "rua@example.com", "other.example", next_morning))
          .has_value();
    };
    for (int i = 0; i < 3; ++i) {
      CHECK_FALSE(is_suppressed());
      static_cast<void>(must(
          report::settle(*database, only(*database), refused("RCPT: 550 no"), {}, next_morning)));
    }
    CHECK(is_suppressed());
  });
}

TEST_CASE("a command lifts suppressions, and what they cost is sent", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const auto refuse = [&](const char* reason) {
      static_cast<void>(
          must(report::settle(*database, only(*database), refused(reason), {}, next_morning)));
    };
    const auto is_suppressed = [&] {
      return must(report::suppression(*database, "rua@example.com", "example.com", next_morning))
          .has_value();
    };
    refuse("RCPT: 550 5.1.1 no");
    const auto nothing =
        must(report::unsuppress(*database, support::mailbox("rua_@example.com"), next_morning));
    CHECK(nothing.suppressions == 0);
    CHECK(nothing.deliveries == 0);
    CHECK(is_suppressed());
    for (const bool all : {false, true}) {
      refuse("RCPT: 550 5.1.1 no");
      for (int i = 0; i < 3; ++i)
        refuse("message: 554 no");
      CHECK(is_suppressed());
      const auto lifted = must(report::unsuppress(
          *database, all ? std::optional<report::Mailbox>() : support::mailbox("RUA@example.com"),
          next_morning));
      CHECK(lifted.suppressions == 2);
      CHECK(lifted.deliveries == 1);
      CHECK_FALSE(is_suppressed());
      CHECK(only(*database).is_due(next_morning));
    }
    refuse("RCPT: 550 5.1.1 no");
    CHECK(must(report::unsuppress(*database, {}, next_morning + 24h * 8)).deliveries == 0);
  });
}

TEST_CASE("what is not sent does not count for the day, and spellings count as one", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const DeliveryLimits limits{.daily_max = 1};
    Delivery delivery = only(*database);
    for (const Submitted& result : {greylisted, greylisted, refused("RCPT: 550 no")}) {
      CHECK(must(report::reserve(*database, delivery, limits, next_morning)) ==
            DeliveryState::waiting);
      static_cast<void>(must(report::settle(*database, delivery, result, limits, next_morning)));
    }
    CHECK(must(report::reserve(*database, delivery, limits, next_morning)) ==
          DeliveryState::waiting);
    static_cast<void>(must(report::settle(*database, delivery, sent, limits, next_morning)));
    for (const char* spelling : {"rua@example.com", "RUA@example.com", "rua+x@example.com"}) {
      delivery.destination = support::mailbox(spelling);
      CHECK(must(report::reserve(*database, delivery, limits, next_morning)) ==
            DeliveryState::capped);
    }
    delivery.destination = support::mailbox("other@example.com");
    CHECK(must(report::reserve(*database, delivery, limits, next_morning)) ==
          DeliveryState::waiting);
  });
}

TEST_CASE("a reply stands in the store as it was heard, and no letter of it is cut", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const auto reply = [&](const std::string& reason) {
      static_cast<void>(must(report::settle(*database, only(*database),
                                            {.code = 450, .reason = reason}, {}, next_morning)));
      return support::listed(*database)[0].deliveries[0].reply;
    };
    CHECK(reply("RCPT: 450 \\xF6 \xC3\xBC") == "RCPT: 450 \\xF6 \xC3\xBC");
    CHECK(reply(std::string(299, 'x') + "\xC3\xBC") == std::string(299, 'x'));
  });
}

TEST_CASE("a mailbox gets so many reports a day, the rest tomorrow", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const DeliveryLimits limits{.daily_max = 2};
    const Delivery delivery = only(*database);
    const auto reserve = [&](const DeliveryLimits& within, base::WallTime now) {
      return must(report::reserve(*database, delivery, within, now));
    };
    CHECK(reserve(limits, next_morning) == DeliveryState::waiting);
    CHECK(reserve(limits, next_morning) == DeliveryState::waiting);
    CHECK(reserve(limits, next_morning) == DeliveryState::capped);
    CHECK(only(*database).state == DeliveryState::capped);
    const base::WallTime tomorrow = support::may_first + std::chrono::days(2);
    CHECK(must(report::due_deliveries(*database, tomorrow - 1min, 10)).empty());
    REQUIRE(must(report::due_deliveries(*database, tomorrow, 10)).size() == 1);
    CHECK(reserve(limits, tomorrow) == DeliveryState::waiting);
    CHECK(reserve({.daily_max = 0}, next_morning) == DeliveryState::waiting);
    const DeliveryLimits none_left{.daily_max = 1};
    CHECK(reserve(none_left, next_morning + std::chrono::hours(48)) == DeliveryState::waiting);
    CHECK(reserve(none_left, next_morning + std::chrono::hours(48)) == DeliveryState::expired);
    CHECK(only(*database).state == DeliveryState::expired);
  });
}

TEST_CASE("consent may name other mailboxes, each of which gets one report", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_one(url);
    const std::vector<report::Mailbox> instead = {support::mailbox("a@example.com"),
                                                  support::mailbox("b@example.com")};
    const Delivery asked = only(*database);
    must(report::accept_consent(*database, asked, instead, next_morning));
    must(report::accept_consent(*database, asked, instead, next_morning));
    CHECK(support::deliveries(*database) == "waiting a@example.com, waiting b@example.com");
    CHECK_FALSE(must(report::find_delivery(*database, asked.key)));
  });
}

TEST_CASE("open deliveries are due, and no others", "[report]") {
  using enum DeliveryState;
  for (const auto state : {asking, waiting, capped, DeliveryState::sent, DeliveryState::refused,
                           failed, expired, suppressed}) {
    Delivery delivery{.key = {}, .destination = support::mailbox("a@example.com")};
    delivery.state = state;
    const bool open = state == asking || state == waiting || state == capped;
    CHECK(delivery.is_due(next_morning) == open);
  }
}
