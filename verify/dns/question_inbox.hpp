#pragma once

#include <utility>
#include <vector>

#include "base/guarded.hpp"
#include "verify/dns/event_poll.hpp"
#include "verify/dns/resolver.hpp"

namespace dns {

// What other threads hand to the one that does the work. Safe for concurrent use.
class QuestionInbox {
 public:
  // One question and whom to answer.
  struct Asked {
    Question question;    // With a name that DNS can hold.
    Promise promise;      // The end that owes the answer.
    bool urgent = false;  // Passes those that wait.
  };
  // All that was put in since the last take(), in that order.
  struct Content {
    std::vector<Asked> asked;
    bool stopping = false;  // stop() was called: no more will be answered.
  };

  // Puts a question in and returns at once. Rings when nobody has rung since the last take().
  [[nodiscard]] Pending put(const Question& question, bool urgent, const EventPoll& bell) {
    Asked asked{.question = question, .promise = {}, .urgent = urgent};
    Pending pending = asked.promise.pending();
    bool first = false;
    {
      const auto content = guarded_.lock();
      first = content->asked.empty();
      content->asked.push_back(std::move(asked));
    }
    // Whoever is not first knows that somebody has rung and the thread has yet to look.
    if (first) bell.ring();
    return pending;
  }

  // Tells the thread to end. From any thread.
  void stop(const EventPoll& bell) {
    guarded_.lock()->stopping = true;
    bell.ring();
  }

  // Empties the inbox. The lock is free again when the work begins.
  [[nodiscard]] Content take() {
    const auto content = guarded_.lock();
    return {std::exchange(content->asked, {}), content->stopping};
  }

 private:
  base::Guarded<Content> guarded_;
};

}  // namespace dns
