#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "verify/dns/resolver.hpp"

namespace dns {

// One question of a message and what came back, as an event remembers it.
struct Lookup {
  Question question;
  Answer answer;  // A time-out where none had come when it was recorded.

  friend bool operator==(const Lookup&, const Lookup&) = default;
};

// Asks another resolver on behalf of one message: equal questions are asked once, every question is
// remembered for the event, and their number is bounded. Safe for concurrent use.
class RecordingResolver final : public Resolver {
 public:
  // `below` outlives this object. Questions past `questions_max` are answered at once with
  // Outcome::not_asked and set over_limit().
  RecordingResolver(Resolver& below, std::size_t questions_max);
  ~RecordingResolver() override;  // What was asked may still be on its way.
  RecordingResolver(const RecordingResolver&) = delete;
  RecordingResolver& operator=(const RecordingResolver&) = delete;

  // The answer to an equal question of before, or that of `below`.
  [[nodiscard]] Pending lookup(const Question& question) override;
  // True when a question was not asked because of the limit.
  [[nodiscard]] bool over_limit() const;
  // The answer to what has been asked already; not valid() when it has not.
  [[nodiscard]] Pending find(const Question& question) const;

  // Everything asked so far, in that order; what has no answer yet is Outcome::timeout.
  [[nodiscard]] std::vector<Lookup> lookups() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dns
