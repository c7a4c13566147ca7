#include "verify/reverse_check.hpp"

#include <mutex>
#include <utility>

namespace verify {

// Owns all that is needed when the answer comes: the MTA may have dropped the message by then.
class ReverseCheck::Task : public std::enable_shared_from_this<ReverseCheck::Task> {
 public:
  Task(const base::IpAddress& client, const iprev::Options& options, dns::Resolver& below)
      : client_(client), options_(options), resolver_(below, 1 + options.names_max) {}

  void start() {
    names_ = resolver_.lookup(iprev::name_question(client_));
    const auto ask = [task = shared_from_this()] { task->ask_addresses(); };
    if (!names_.when_ready(ask)) ask();
  }

  void drop() {
    const std::scoped_lock lock(mutex_);
    wanted_ = false;
  }

  iprev::Result finish(base::Deadline deadline) {
    const dns::Answer names = dns::wait(names_, deadline);
    if (names_.is_ready()) ask_addresses();  // Unless that has been done when they came.
    std::vector<dns::Pending> pending;
    {
      const std::scoped_lock lock(mutex_);
      wanted_ = false;
      pending = addresses_;
    }
    std::vector<dns::Answer> addresses;
    for (const dns::Pending& one : pending)
      addresses.push_back(dns::wait(one, deadline));
    return iprev::judge(client_, names, addresses, options_);
  }

  [[nodiscard]] std::vector<dns::Lookup> lookups() const { return resolver_.lookups(); }

 private:
  // Under the lock, so that the resolver is there: whoever drops the check takes the lock first.
  void ask_addresses() {
    const std::scoped_lock lock(mutex_);
    if (!wanted_ || std::exchange(asked_, true)) return;
    for (const dns::Question& question :
         iprev::address_questions(client_, names_.get(), options_)) {
      addresses_.push_back(resolver_.lookup(question));
    }
  }

  const base::IpAddress client_;
  const iprev::Options options_;
  dns::RecordingResolver resolver_;
  dns::Pending names_;

  std::mutex mutex_;
  // Protected by mutex_:
  bool wanted_ = true;
  bool asked_ = false;
  std::vector<dns::Pending> addresses_;
};

ReverseCheck::ReverseCheck(const base::IpAddress& client, const iprev::Options& options,
                           dns::Resolver& resolver)
    : task_(std::make_shared<Task>(client, options, resolver)) {
  task_->start();
}

ReverseCheck::~ReverseCheck() { task_->drop(); }

iprev::Result ReverseCheck::finish(base::Deadline deadline) { return task_->finish(deadline); }

std::vector<dns::Lookup> ReverseCheck::lookups() const { return task_->lookups(); }

}  // namespace verify
