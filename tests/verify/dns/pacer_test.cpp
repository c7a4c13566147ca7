#include "verify/dns/pacer.hpp"

#include <vector>

#include <catch2/catch.hpp>

using std::chrono::milliseconds;

namespace {

constexpr dns::Pacer::TimePoint start{std::chrono::hours(5)};

std::vector<dns::Pacer::Ticket> send_all(dns::Pacer& pacer, dns::Pacer::TimePoint now) {
  std::vector<dns::Pacer::Ticket> sent;
  while (pacer.may_send(now))
    sent.push_back(pacer.sent());
  return sent;
}

}  // namespace

TEST_CASE("a burst stops at 200 and goes on with the answers", "[dns]") {
  dns::Pacer pacer;
  const auto sent = send_all(pacer, start);
  CHECK(sent.size() == 200);
  for (std::size_t i = 0; i < 10; ++i)
    pacer.answered(sent[i]);
  CHECK(send_all(pacer, start + milliseconds(6)).size() == 10);
}

TEST_CASE("what is not answered within 20 ms holds nobody up, late answers do no harm", "[dns]") {
  dns::Pacer pacer;
  const auto silent = send_all(pacer, start);
  CHECK_FALSE(pacer.may_send(start + milliseconds(14)));
  CHECK(send_all(pacer, start + milliseconds(20)).size() == 200);
  for (const auto ticket : silent)
    pacer.answered(ticket);
  CHECK_FALSE(pacer.may_send(start + milliseconds(21)));
  CHECK(send_all(pacer, start + std::chrono::hours(1)).size() == 200);
}
