#pragma once

#include <functional>
#include <memory>

#include "base/time.hpp"
#include "verify/dns/answer.hpp"

namespace dns {

// An answer that may still be on its way. Copies share it, and each may be asked by any thread.
class Pending {
 public:
  Pending() = default;  // Not valid(): nothing was asked.

  // True when this stands for a question, answered or not.
  [[nodiscard]] bool valid() const noexcept { return state_ != nullptr; }
  // True once the answer is there; it stays as it is from then on.
  [[nodiscard]] bool is_ready() const noexcept;
  // REQUIRES: is_ready(). The reference holds as long as any copy of this object.
  [[nodiscard]] const Answer& get() const noexcept;
  // Blocks until the answer is there or the deadline has passed; true when the answer is there.
  // False at once for what is not valid().
  [[nodiscard]] bool wait_until(base::Deadline deadline) const;

  // Has `then` called once when the answer comes, on the thread that brings it: it must be quick
  // and must not throw. False when the answer is there already; then it is not called. REQUIRES:
  // valid().
  [[nodiscard]] bool when_ready(std::move_only_function<void()> then) const;

 private:
  friend class Promise;
  struct State;
  std::shared_ptr<State> state_;
};

// The other end: whoever owes an answer. Used by one thread at a time. Destroyed, or assigned to,
// without an answer it gives Outcome::timeout, so that nobody waits for ever.
class Promise {
 public:
  Promise();                              // Owes an answer.
  ~Promise();                             // Answers with a time-out, if nobody has.
  Promise(Promise&&) noexcept = default;  // What was moved from owes nothing any more.
  Promise& operator=(Promise&& other) noexcept;

  // What to give to whoever asked; every call gives a copy of the same. REQUIRES: not answered yet.
  [[nodiscard]] Pending pending() const;
  // Gives the answer, wakes who waits and runs what when_ready() left, on this thread. REQUIRES:
  // not called before.
  void answer(Answer answer);

 private:
  std::shared_ptr<Pending::State> state_;  // Null once it is answered.
};

// The answer, for which this blocks until the deadline at most. Outcome::timeout when it is late,
// and for what is not valid().
[[nodiscard]] Answer wait(const Pending& pending, base::Deadline deadline);

// True when wait() would not block: also for what is not valid().
[[nodiscard]] bool is_ready(const Pending& pending);

// A Pending whose answer is there already.
[[nodiscard]] Pending ready(Answer answer);

}  // namespace dns
