#include "base/worker_pool.hpp"

#include <atomic>
#include <future>
#include <memory>

#include <catch2/catch.hpp>

TEST_CASE("the pool finishes what it accepted", "[base]") {
  std::atomic<int> done = 0;
  {
    base::WorkerPool pool(3, 1000);
    for (int i = 0; i < 500; ++i)
      REQUIRE(pool.submit([&done] { ++done; }));
  }
  CHECK(done == 500);
}

TEST_CASE("a full queue refuses at once", "[base]") {
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  std::promise<void> taken;
  base::WorkerPool pool(1, 2);
  REQUIRE(pool.submit([&taken, open] {
    taken.set_value();
    open.wait();
  }));
  taken.get_future().wait();  // The one thread is busy: the queue is empty.
  CHECK(pool.submit([] {}));
  CHECK(pool.submit([] {}));
  CHECK_FALSE(pool.submit([] {}));
  gate.set_value();
}

TEST_CASE("a task may own what cannot be copied", "[base]") {
  std::promise<int> answer;
  std::future<int> future = answer.get_future();
  base::WorkerPool pool(1, 1);
  REQUIRE(pool.submit([value = std::make_unique<int>(42), answer = std::move(answer)]() mutable {
    answer.set_value(*value);
  }));
  CHECK(future.get() == 42);
}
