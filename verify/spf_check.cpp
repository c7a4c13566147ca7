#include "verify/spf_check.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace verify {

namespace {

using std::chrono::steady_clock;

}  // namespace

// Owns all that the evaluation uses: the MTA may drop the message while a thread is at it.
class SpfCheck::Task : public std::enable_shared_from_this<SpfCheck::Task> {
 public:
  Task(spf::Request asked, const Terms& given, dns::Resolver& below, base::WorkerPool& pool)
      : request_(std::move(asked)),
        terms_(given),
        ends_(steady_clock::now() + given.time_max),
        workers_(pool),
        resolver_(below, given.questions_max) {}

  // Runs the evaluation as far as the answers allow, and sees to it that the next one has it run
  // again. By one thread at a time: the next run is asked for at the end of this one.
  void run() {
    while (is_wanted()) {
      spf::Progress progress = spf::check(request_, resolver_, terms_.options, terms_.now);
      if (progress.result) return settle(*std::move(progress.result));
      if (steady_clock::now() >= ends_) return settle(spf::out_of_time(request_));
      if (progress.missing.when_ready([task = shared_from_this()] { task->resume(); })) return;
    }
  }

  void drop() {
    const std::scoped_lock lock(mutex_);
    wanted_ = false;
  }

  spf::Result finish(base::Deadline deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, std::min(deadline, ends_), [this] { return done_ || stalled_; });
    if (std::exchange(stalled_, false)) {
      lock.unlock();
      run();
      return finish(deadline);
    }
    wanted_ = false;
    return done_ ? *std::move(done_) : spf::out_of_time(request_);
  }

  [[nodiscard]] std::vector<dns::Lookup> lookups() const { return resolver_.lookups(); }

 private:
  [[nodiscard]] bool is_wanted() const {
    const std::scoped_lock lock(mutex_);
    return wanted_;
  }

  // On the thread that brought the answer. Under the lock, so that the pool is there: whoever drops
  // the check takes the lock first.
  void resume() {
    const std::scoped_lock lock(mutex_);
    if (!wanted_ || workers_.submit([task = shared_from_this()] { task->run(); })) return;
    stalled_ = true;  // The pool has no room: it runs where it is waited for.
    changed_.notify_one();
  }

  void settle(spf::Result result) {
    const std::scoped_lock lock(mutex_);
    done_ = std::move(result);
    changed_.notify_one();
  }

  const spf::Request request_;
  const Terms terms_;
  const base::Deadline ends_;
  base::WorkerPool& workers_;
  dns::RecordingResolver resolver_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_:
  std::optional<spf::Result> done_;
  bool wanted_ = true;
  bool stalled_ = false;  // To be run by finish().
};

SpfCheck::SpfCheck(spf::Request request, const Terms& terms, dns::Resolver& resolver,
                   base::WorkerPool& workers)
    : task_(std::make_shared<Task>(std::move(request), terms, resolver, workers)) {
  task_->run();
}

SpfCheck::~SpfCheck() {
  if (task_) task_->drop();
}
SpfCheck::SpfCheck(SpfCheck&&) noexcept = default;

spf::Result SpfCheck::finish(base::Deadline deadline) { return task_->finish(deadline); }

std::vector<dns::Lookup> SpfCheck::lookups() const { return task_->lookups(); }

}  // namespace verify
