#include "verify/spf_check.hpp"

#include <atomic>
#include <future>
#include <optional>
#include <utility>

namespace verify {

// Owns all that the evaluation uses: the MTA may drop the message while a pool thread is at it.
struct SpfCheck::Task {
  Task(spf::Request asked, const Terms& given, dns::Resolver& below)
      : request(std::move(asked)), terms(given), resolver(below, given.questions_max) {}

  spf::Result settle(spf::Result result) const {
    // The recorder answers "failure" once the share is used up, which is no fault of the DNS:
    // RFC 7208 §4.6.4 wants an overrun to be permanent.
    if (result.status == spf::Status::temperror && resolver.over_limit()) {
      result.status = spf::Status::permerror;
      result.problem = "too many DNS questions";
    }
    return result;
  }

  spf::Result run() {
    return settle(spf::check(request, resolver, terms.options, terms.deadline, terms.now));
  }

  const spf::Request request;
  const Terms terms;
  dns::RecordingResolver resolver;
  std::optional<spf::Result> done;  // At once, from a warm cache.
  std::promise<spf::Result> promise;
  std::future<spf::Result> future;  // Valid when the pool has taken it.
  std::atomic<bool> wanted = true;
};

SpfCheck::SpfCheck(spf::Request request, const Terms& terms, dns::Resolver& resolver,
                   base::WorkerPool& workers)
    : task_(std::make_shared<Task>(std::move(request), terms, resolver)) {
  task_->done = spf::check_if_ready(task_->request, task_->resolver, terms.options, terms.now);
  if (task_->done) {
    task_->done = task_->settle(*std::move(task_->done));
    return;
  }
  std::future<spf::Result> future = task_->promise.get_future();
  const bool taken = workers.submit([task = task_] {
    if (task->wanted) task->promise.set_value(task->run());
  });
  if (taken) task_->future = std::move(future);
}

SpfCheck::~SpfCheck() {
  if (task_) task_->wanted = false;
}
SpfCheck::SpfCheck(SpfCheck&&) noexcept = default;
SpfCheck& SpfCheck::operator=(SpfCheck&&) noexcept = default;

spf::Result SpfCheck::finish() {
  if (task_->done) return *std::move(task_->done);
  if (!task_->future.valid()) return task_->run();
  if (task_->future.wait_until(task_->terms.deadline) == std::future_status::ready) {
    return task_->future.get();
  }
  spf::Result late;
  late.status = spf::Status::temperror;
  late.identity = task_->request.identity;
  late.problem = "time limit";
  return late;
}

std::vector<dns::Lookup> SpfCheck::lookups() const { return task_->resolver.lookups(); }

}  // namespace verify
