#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "report/failure_queue.hpp"
#include "report/outbox.hpp"
#include "report/report_sender.hpp"
#include "report/submission.hpp"
#include "store/database.hpp"
#include "verify/dns/resolver.hpp"

// One run of the reporter, as a timer starts it: what is due is made, what waits is sent, what is
// old is deleted.
namespace report {

// What a site reports, and how.
struct RunOptions {
  std::optional<OutboxOptions> aggregate{};  // Nothing: no aggregate reports are made.
  std::optional<FailureOptions> failures{};  // Nothing: no failure reports are made.
  SendOptions send{};                        // Of both kinds, whenever they were made.
};

// The clock and the ears of a run. All are called by the thread that runs.
struct RunSurroundings {
  SendSurroundings send;  // Its log gets a line about what was made of each kind, too.
  std::function<void(const std::string&)> warn;  // What an operator should look at, as one line.
};

// Makes, sends and deletes, in this order; nothing is deleted for a clock that is wrong
// (store/plausible_time.hpp). The first error ends the run: what was made or sent by then stays,
// and the next run goes on from there. Several processes may do this at once. REQUIRES: no
// transaction.
[[nodiscard]] base::Result<SendResult> make_and_send(store::Database& database,
                                                     dns::Resolver& resolver, Submitter& submitter,
                                                     const RunOptions& options,
                                                     const RunSurroundings& surroundings);

}  // namespace report
