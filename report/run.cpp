#include "report/run.hpp"

#include "store/plausible_time.hpp"

namespace report {

namespace {

base::Result<void> make_aggregate(store::Database& database, const OutboxOptions& options,
                                  const RunSurroundings& surroundings) {
  const auto made = make_reports(database, options, surroundings.send.now());
  if (!made) return std::unexpected(made.error());
  surroundings.send.log("made=" + std::to_string(made->reports) +
                        " unwanted=" + std::to_string(made->unwanted));
  if (made->left_out > 0) {
    surroundings.warn(std::to_string(made->left_out) +
                      " messages found no room in a report ([report] records_max)");
  }
  return {};
}

base::Result<void> make_failures(store::Database& database, const FailureOptions& options,
                                 const SendSurroundings& surroundings) {
  const auto made = make_failure_reports(database, options, surroundings.now());
  if (!made) return std::unexpected(made.error());
  surroundings.log("failures=" + std::to_string(made->reports) +
                   " dropped=" + std::to_string(made->unwanted));
  return {};
}

}  // namespace

base::Result<SendResult> make_and_send(store::Database& database, dns::Resolver& resolver,
                                       Submitter& submitter, const RunOptions& options,
                                       const RunSurroundings& surroundings) {
  if (options.aggregate) {
    const auto made = make_aggregate(database, *options.aggregate, surroundings);
    if (!made) return std::unexpected(made.error());
  }
  if (options.failures) {
    const auto made = make_failures(database, *options.failures, surroundings.send);
    if (!made) return std::unexpected(made.error());
  }
  const auto sent = send_reports(database, resolver, submitter, options.send, surroundings.send);
  if (!sent) return sent;
  const auto time = store::plausible_time(database, surroundings.send.now());
  if (!time) return std::unexpected(time.error());
  const auto expired = expire_reports(database, time->oldest);
  if (!expired) return std::unexpected(expired.error());
  return sent;
}

}  // namespace report
