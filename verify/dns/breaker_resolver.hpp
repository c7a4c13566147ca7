#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "verify/dns/resolver.hpp"

namespace dns {

// Watches whether the resolver itself fails, by questions of its own, the canaries
// (decisions/0013): names that nobody has asked for, made up below a few top-level domains, which
// no cache can answer. Nothing that stands in a message counts, as senders can name as many broken
// domains as they like; what fails in messages is only the occasion to ask. Stands under the cache,
// where each lookup is a real question. Safe for concurrent use.
class BreakerResolver final : public Resolver {
 public:
  // When to ask and how long to wait. Only `zones` can be configured.
  struct Options {
    // Domains below which a name is made up; what comes back for it is all the same, if only
    // something does. Empty: nothing is ever asked, and it never opens.
    std::vector<std::string> zones{"com", "net", "org", "de", "jp"};
    std::chrono::milliseconds patience{4000};  // For an answer to such a question.
    std::chrono::seconds often{2};             // Between two rounds when something has failed …
    std::chrono::seconds seldom{600};          // … and when nothing has.
    std::chrono::seconds expiry{3600};         // When a zone that fails alone proves nothing more.

    friend bool operator==(const Options&, const Options&) = default;
  };
  // The clock; called from any thread. Tests give their own.
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  // Keeps references: messages' questions go to `below`, its own to `direct`, which should not have
  // them wait behind the others. Both may outlive this object with questions on their way.
  BreakerResolver(Resolver& below, Resolver& direct, const Options& options,
                  Now now = std::chrono::steady_clock::now);
  ~BreakerResolver() override;  // Canaries on their way are forgotten.
  BreakerResolver(const BreakerResolver&) = delete;
  BreakerResolver& operator=(const BreakerResolver&) = delete;

  // Passes the question on to `below`, and notes how it went.
  [[nodiscard]] Pending lookup(const Question& question) override;

  // What the last round of canaries found.
  struct State {
    bool open = false;       // The resolver fails: no permanent verdict should rest on its answers.
    std::size_t names = 0;   // That were asked in the last round …
    std::size_t failed = 0;  // … and those of them without an answer.

    friend bool operator==(const State&, const State&) = default;
  };
  // Asks when it is time to, looks what came, and judges: at most one question for each zone every
  // `often`. To be called about once a second, by one thread; never blocks.
  State watch();
  // As the last watch() found it.
  [[nodiscard]] State state() const;

 private:
  struct Watch;
  Resolver& below_;   // For messages.
  Resolver& direct_;  // For canaries.
  std::unique_ptr<Watch> watch_;
};

}  // namespace dns
