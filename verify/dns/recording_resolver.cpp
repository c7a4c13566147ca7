#include "verify/dns/recording_resolver.hpp"

#include <map>

#include "verify/base/guarded.hpp"

namespace dns {

struct RecordingResolver::State {
  struct Asked {
    std::map<Question, Pending> pending;  // Sorted: equal messages give equal lists.
    bool over_limit = false;
  };

  Resolver& below;
  const std::size_t questions_max;
  base::Guarded<Asked> asked;
};

RecordingResolver::RecordingResolver(Resolver& below, std::size_t questions_max)
    : state_(new State{below, questions_max, {}}) {}

RecordingResolver::~RecordingResolver() = default;

Pending RecordingResolver::lookup(const Question& question) {
  // The lock is held while the question goes down, so that two threads of one message cannot both
  // ask it. That costs nothing: a lookup() never blocks.
  const auto asked = state_->asked.lock();
  const auto place = asked->pending.lower_bound(question);
  if (place != asked->pending.end() && place->first == question) return place->second;
  if (asked->pending.size() >= state_->questions_max) {
    asked->over_limit = true;
    return ready({.outcome = Outcome::failure});
  }
  return asked->pending.emplace_hint(place, question, state_->below.lookup(question))->second;
}

bool RecordingResolver::over_limit() const { return state_->asked.lock()->over_limit; }

std::vector<Lookup> RecordingResolver::lookups() const {
  const auto asked = state_->asked.lock();
  std::vector<Lookup> all;
  all.reserve(asked->pending.size());
  for (const auto& [question, pending] : asked->pending) {
    all.push_back({question, is_ready(pending) ? wait(pending, {}) : Answer{}});
  }
  return all;
}

}  // namespace dns
