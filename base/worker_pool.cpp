#include "base/worker_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace base {

struct WorkerPool::State {
  explicit State(std::size_t limit) : queue_max(limit) {}

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      ready.wait(lock, [this] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      auto task = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      task();
      task = nullptr;  // What the task owned is destroyed outside the lock.
      lock.lock();
    }
  }

  const std::size_t queue_max;
  std::mutex mutex;
  std::condition_variable ready;
  std::deque<std::move_only_function<void()>> queue;  // Protected by mutex, as is stopping.
  bool stopping = false;
  std::vector<std::jthread> threads;  // Last: joined before the rest is destroyed.
};

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_max)
    : state_(std::make_unique<State>(queue_max)) {
  for (std::size_t i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->run(); });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->ready.notify_all();
}

bool WorkerPool::submit(std::move_only_function<void()> task) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->stopping || state_->queue.size() >= state_->queue_max) return false;
    state_->queue.push_back(std::move(task));
  }
  state_->ready.notify_one();
  return true;
}

}  // namespace base
