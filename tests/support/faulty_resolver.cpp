#include "tests/support/faulty_resolver.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <stop_token>
#include <thread>
#include <utility>

namespace support {

namespace {

using Clock = std::chrono::steady_clock;

struct Late {
  dns::Promise promise;
  dns::Pending below;
};

}  // namespace

struct FaultyResolver::State {
  State(dns::Resolver& given, const Options& wanted)
      : below(given), options(wanted), luck(wanted.seed) {}

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      if (late.empty()) {
        changed.wait(lock, stop, [this] { return !late.empty(); });
        continue;
      }
      const Clock::time_point due = late.begin()->first;
      if (Clock::now() < due) {
        changed.wait_until(lock, stop, due, [&] { return late.begin()->first < due; });
        continue;
      }
      auto node = late.extract(late.begin());
      lock.unlock();
      node.mapped().promise.answer(
          dns::wait(node.mapped().below, Clock::now() + options.delay_max));
      lock.lock();
    }
    for (auto& [due, one] : late)
      one.promise.answer({});
  }

  dns::Resolver& below;
  const Options options;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::mt19937_64 luck;  // Protected by mutex, as is late.
  std::multimap<Clock::time_point, Late> late;
  std::jthread thread;  // Last: joined before the rest is destroyed.
};

FaultyResolver::FaultyResolver(dns::Resolver& below, const Options& options)
    : state_(std::make_unique<State>(below, options)) {
  state_->thread =
      std::jthread([state = state_.get()](const std::stop_token& stop) { state->run(stop); });
}

FaultyResolver::~FaultyResolver() = default;

dns::Pending FaultyResolver::lookup(const dns::Question& question) {
  const Options& options = state_->options;
  std::unique_lock lock(state_->mutex);
  std::uniform_real_distribution<double> chance(0, 1);
  // Always three draws, so that one question's luck does not shift the next one's.
  const double fate = chance(state_->luck);
  const bool is_late = chance(state_->luck) < options.delay;
  auto wait = std::chrono::duration_cast<Clock::duration>(options.delay_max * chance(state_->luck));
  const bool lost = fate < options.loss;
  const bool failed = !lost && fate < options.loss + options.failure;
  if (lost) wait = options.delay_max;

  dns::Pending answer = lost     ? dns::ready({})
                        : failed ? dns::ready({.outcome = dns::Outcome::failure})
                                 : state_->below.lookup(question);
  if (!lost && !is_late) return answer;
  const auto place = state_->late.emplace(Clock::now() + wait, Late{{}, std::move(answer)});
  dns::Pending pending = place->second.promise.pending();
  lock.unlock();
  state_->changed.notify_one();
  return pending;
}

}  // namespace support
