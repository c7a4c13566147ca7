#include "verify/dns/pending.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <catch2/catch.hpp>

using dns::Answer;
using dns::Outcome;

namespace {

constexpr std::chrono::milliseconds blink{5};

base::Deadline soon() { return std::chrono::steady_clock::now() + blink; }

}  // namespace

TEST_CASE("an answer that is there is handed over even after the deadline", "[dns]") {
  const Answer answer{Outcome::found, {std::string("v=spf1")}, base::Seconds(60), true};
  const dns::Pending pending = dns::ready(answer);
  CHECK(dns::is_ready(pending));
  CHECK(dns::wait(pending, base::Deadline::min()) == answer);
  CHECK(dns::wait(pending, base::Deadline::max()) == answer);
}

TEST_CASE("an answer that does not come in time is a timeout", "[dns]") {
  dns::Promise promise;
  const dns::Pending pending = promise.pending();
  CHECK_FALSE(dns::is_ready(pending));
  CHECK(dns::wait(pending, soon()).outcome == Outcome::timeout);
  promise.answer({Outcome::no_data, {}});
  CHECK(dns::wait(pending, soon()).outcome == Outcome::no_data);
}

TEST_CASE("waiting for a question never asked is a timeout at once", "[dns]") {
  CHECK(dns::is_ready({}));
  CHECK(dns::wait({}, base::Deadline::max()).outcome == Outcome::timeout);
}

TEST_CASE("whoever asks to be called is called once, when the answer comes", "[dns]") {
  dns::Promise promise;
  const dns::Pending pending = promise.pending();
  int calls = 0;
  CHECK(pending.when_ready([&] { ++calls; }));
  CHECK(pending.when_ready([&, copy = pending] {
    CHECK(copy.get().outcome == Outcome::no_name);
    ++calls;
  }));
  CHECK(calls == 0);
  promise.answer({Outcome::no_name, {}});
  CHECK(calls == 2);
  CHECK_FALSE(pending.when_ready([&] { ++calls; }));
  CHECK(calls == 2);
}

TEST_CASE("what is called may ask to be called again, for another answer", "[dns]") {
  dns::Promise first;
  dns::Promise second;
  const dns::Pending next = second.pending();
  bool done = false;
  CHECK(first.pending().when_ready([&] { CHECK(next.when_ready([&] { done = true; })); }));
  first.answer({});
  CHECK_FALSE(done);
  second.answer({});
  CHECK(done);
}

TEST_CASE("a promise that is forgotten is a timeout, and nobody waits for ever", "[dns]") {
  dns::Pending pending;
  bool called = false;
  {
    dns::Promise promise;
    pending = promise.pending();
    CHECK(pending.when_ready([&] { called = true; }));
    dns::Promise other;
    other = std::move(promise);
    CHECK_FALSE(called);
  }
  CHECK(called);
  CHECK(dns::wait(pending, base::Deadline::max()).outcome == Outcome::timeout);
}

TEST_CASE("an answer from another thread ends the wait", "[dns]") {
  for (int i = 0; i < 200; ++i) {
    dns::Promise promise;
    const dns::Pending pending = promise.pending();
    std::jthread answering([&] { promise.answer({Outcome::no_data, {}}); });
    CHECK(dns::wait(pending, base::Deadline::max()).outcome == Outcome::no_data);
  }
}
