#include "verify/dns/recording_resolver.hpp"

#include <algorithm>
#include <utility>

#include "base/guarded.hpp"

namespace dns {

namespace {

constexpr std::size_t questions_expected = 8;

}  // namespace

struct RecordingResolver::State {
  using Entry = std::pair<Question, Pending>;
  struct Asked {
    std::vector<Entry> pending;  // Few: looking through them is fastest.
    bool over_limit = false;
  };

  Resolver& below;
  const std::size_t questions_max;
  base::Guarded<Asked> asked;
};

RecordingResolver::RecordingResolver(Resolver& below, std::size_t questions_max)
    : state_(new State{below, questions_max, {}}) {
  state_->asked.lock()->pending.reserve(std::min(questions_max, questions_expected));
}

RecordingResolver::~RecordingResolver() = default;

Pending RecordingResolver::lookup(const Question& question) {
  // The lock is held while the question goes down, so that two threads of one message cannot both
  // ask it. That costs nothing: a lookup() never blocks.
  const auto asked = state_->asked.lock();
  const auto known = std::ranges::find(asked->pending, question, &State::Entry::first);
  if (known != asked->pending.end()) return known->second;
  if (asked->pending.size() >= state_->questions_max) {
    asked->over_limit = true;
    return ready({.outcome = Outcome::not_asked});
  }
  return asked->pending.emplace_back(question, state_->below.lookup(question)).second;
}

Pending RecordingResolver::find(const Question& question) const {
  const auto asked = state_->asked.lock();
  const auto known = std::ranges::find(asked->pending, question, &State::Entry::first);
  return known == asked->pending.end() ? Pending{} : known->second;
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
