#include "verify/dns/pending.hpp"

#include <atomic>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace dns {

struct Pending::State {
  std::atomic<bool> there = false;  // Set after `answer`, which nobody changes from then on.
  Answer answer;
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::move_only_function<void()>> waiting;  // Protected by mutex.
};

bool Pending::is_ready() const noexcept {
  return state_ != nullptr && state_->there.load(std::memory_order_acquire);
}

const Answer& Pending::get() const noexcept {
  assert(is_ready());
  return state_->answer;
}

bool Pending::wait_until(base::Deadline deadline) const {
  if (state_ == nullptr) return false;
  if (is_ready()) return true;
  std::unique_lock lock(state_->mutex);
  const auto there = [this] { return is_ready(); };
  // The end of time is further away than the clock can count down from.
  if (deadline == base::Deadline::max()) {
    state_->came.wait(lock, there);
    return true;
  }
  return state_->came.wait_until(lock, deadline, there);
}

bool Pending::when_ready(std::move_only_function<void()> then) const {
  assert(valid());
  if (is_ready()) return false;
  const std::scoped_lock lock(state_->mutex);
  if (is_ready()) return false;
  state_->waiting.push_back(std::move(then));
  return true;
}

Promise::Promise() : state_(std::make_shared<Pending::State>()) {}

Promise::~Promise() {
  if (state_ != nullptr) answer({});
}

Promise& Promise::operator=(Promise&& other) noexcept {
  if (state_ != nullptr) answer({});
  state_ = std::move(other.state_);
  return *this;
}

Pending Promise::pending() const {
  assert(state_ != nullptr);
  Pending pending;
  pending.state_ = state_;
  return pending;
}

void Promise::answer(Answer answer) {
  assert(state_ != nullptr);
  const std::shared_ptr<Pending::State> state = std::move(state_);
  std::vector<std::move_only_function<void()>> waiting;
  {
    const std::scoped_lock lock(state->mutex);
    state->answer = std::move(answer);
    state->there.store(true, std::memory_order_release);
    waiting.swap(state->waiting);
  }
  state->came.notify_all();
  // Outside the lock: what is called may ask the next question.
  for (auto& then : waiting)
    then();
}

Answer wait(const Pending& pending, base::Deadline deadline) {
  return pending.wait_until(deadline) ? pending.get() : Answer{};
}

bool is_ready(const Pending& pending) { return !pending.valid() || pending.is_ready(); }

Pending ready(Answer answer) {
  Promise promise;
  Pending pending = promise.pending();
  promise.answer(std::move(answer));
  return pending;
}

}  // namespace dns
