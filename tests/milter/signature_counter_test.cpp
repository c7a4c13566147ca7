#include "milter/signature_counter.hpp"

#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

using namespace std::chrono_literals;

namespace {

constexpr milter::SignatureCounter::Time counter_start{100h};

verify::Facts signed_as(const std::string& b, dkim::Status status = dkim::Status::pass) {
  verify::Facts facts;
  facts.dkim = {support::dkim_result(status, "example.com")};
  facts.dkim.front().signature_start = b;
  return facts;
}

}  // namespace

TEST_CASE("a signature is counted for an hour", "[milter]") {
  milter::SignatureCounter counter;
  for (std::uint64_t i = 0; i < 20; ++i)
    CHECK(counter.count(signed_as("AAAAAAAA"), counter_start + 2min * i) == i);
  CHECK(counter.count(signed_as("BBBBBBBB"), counter_start) == 0);
  CHECK(counter.count(signed_as("AAAAAAAA"), counter_start + 60min) == 0);
  CHECK(counter.count(signed_as("AAAAAAAA"), counter_start + 61min) == 1);
}

TEST_CASE("only signatures that pass are counted, and the most frequent one tells", "[milter]") {
  milter::SignatureCounter counter;
  const verify::Facts broken = signed_as("AAAAAAAA", dkim::Status::fail);
  CHECK(counter.count(broken, counter_start) == 0);
  CHECK(counter.count(broken, counter_start) == 0);
  CHECK(counter.count(signed_as("AAAAAAAA"), counter_start) == 0);
  verify::Facts both = signed_as("BBBBBBBB");
  both.dkim.push_back(signed_as("AAAAAAAA").dkim.front());
  CHECK(counter.count(both, counter_start) == 1);
  verify::Facts other = signed_as("AAAAAAAA");
  other.dkim.front().selector = "s2";
  CHECK(counter.count(other, counter_start) == 0);
}

TEST_CASE("a flood does not push out what repeats", "[milter][limits]") {
  milter::SignatureCounter counter;
  for (int i = 0; i < 20; ++i)
    (void)counter.count(signed_as("AAAAAAAA"), counter_start);
  for (int i = 0; i < 200'000; ++i)
    (void)counter.count(signed_as(std::to_string(i)), counter_start + 1s);
  CHECK(counter.count(signed_as("AAAAAAAA"), counter_start + 2s) == 20);
}

TEST_CASE("threads may count at once", "[milter]") {
  milter::SignatureCounter counter;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&counter] {
      for (int i = 0; i < 250; ++i)
        (void)counter.count(signed_as("AAAAAAAA"), counter_start);
    });
  }
  threads.clear();
  CHECK(counter.count(signed_as("AAAAAAAA"), counter_start) == 1000);
}
