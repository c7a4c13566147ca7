#pragma once

#include <functional>
#include <memory>

#include "base/time.hpp"
#include "verify/dns/answer.hpp"

namespace dns {

// An answer that may still be on its way. Copies share it. Safe for concurrent use.
class Pending {
 public:
  Pending() = default;  // Not valid(): nothing was asked.

  [[nodiscard]] bool valid() const noexcept { return state_ != nullptr; }
  // True once the answer is there; it stays as it is from then on.
  [[nodiscard]] bool is_ready() const noexcept;
  // REQUIRES: is_ready(). The reference holds as long as any copy of this object.
  [[nodiscard]] const Answer& get() const noexcept;
  // True when the answer is there by the deadline; blocks until one or the other.
  [[nodiscard]] bool wait_until(base::Deadline deadline) const;

  // Has `then` called once when the answer comes, on the thread that brings it: it must be quick
  // and must not throw. False when the answer is there already; then it is not called.
  [[nodiscard]] bool when_ready(std::move_only_function<void()> then) const;

 private:
  friend class Promise;
  struct State;
  std::shared_ptr<State> state_;
};

// The other end: whoever owes an answer. Used by one thread at a time. Destroyed without an answer
// it gives Outcome::timeout, so that nobody waits for ever.
class Promise {
 public:
  Promise();
  ~Promise();
  Promise(Promise&&) noexcept = default;
  Promise& operator=(Promise&& other) noexcept;

  [[nodiscard]] Pending pending() const;
  // REQUIRES: not called before. Runs what waits for the answer.
  void answer(Answer answer);

 private:
  std::shared_ptr<Pending::State> state_;  // Null once it is answered.
};

// Blocks until the answer or the deadline, whichever is first; late, and for what was not asked,
// it is Outcome::timeout.
[[nodiscard]] Answer wait(const Pending& pending, base::Deadline deadline);

// True when wait() would not block.
[[nodiscard]] bool is_ready(const Pending& pending);

// An answer that is there already.
[[nodiscard]] Pending ready(Answer answer);

}  // namespace dns
