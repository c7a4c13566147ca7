#include "verify/spf/spf.hpp"

#include <utility>

#include "base/text.hpp"
#include "verify/spf/libspf2_engine.hpp"
#include "verify/spf/native_engine.hpp"
#include "verify/spf/session.hpp"

namespace spf {

namespace {

constexpr std::size_t mechanism_octets_max = 200;

Status status_of(Qualifier qualifier) {
  switch (qualifier) {
    case Qualifier::pass:
      return Status::pass;
    case Qualifier::fail:
      return Status::fail;
    case Qualifier::softfail:
      return Status::softfail;
    case Qualifier::neutral:
      return Status::neutral;
  }
  return Status::neutral;
}

// Whom it is about; no status yet.
Result result_for(const Sender& sender) {
  Result result;
  result.identity = sender.identity;
  if (!sender.domain.empty()) result.domain = base::Domain::parse(sender.domain);
  return result;
}

}  // namespace

Progress check(const Request& request, dns::Resolver& resolver, const Options& options,
               base::WallTime now) {
  Session session(request, resolver, options, now);
  Result result = result_for(session.sender());
  if (session.sender().domain.empty()) return {result, {}};  // RFC 7208 §4.3: none.

  const std::optional<Qualifier> matched = options.engine == Engine::native
                                               ? evaluate_natively(session)
                                               : evaluate_with_libspf2(session);
  if (session.missing().valid()) return {std::nullopt, session.missing()};
  if (const auto& stop = session.stopped()) {
    result.status = stop->status;
    result.mechanism = base::printable(session.last_term(), mechanism_octets_max);
    result.cause = stop->cause;
    result.problem = stop->problem;
  } else if (!matched) {
    result.status = Status::neutral;  // RFC 7208 §4.7.
    result.mechanism = "default";
  } else {
    result.status = status_of(*matched);
    result.mechanism = base::printable(session.last_term(), mechanism_octets_max);
    if (result.status == Status::fail) result.explanation = session.explanation();
    if (session.missing().valid()) return {std::nullopt, session.missing()};
  }
  return {std::move(result), {}};
}

Result out_of_time(const Request& request) {
  Result result = result_for(find_sender(request));
  result.status = Status::temperror;
  result.cause = Problem::out_of_time;
  result.problem = words(Problem::out_of_time);
  return result;
}

std::string_view words(Problem problem) {
  switch (problem) {
    case Problem::too_many_terms:
      return "too many DNS terms";
    case Problem::too_many_voids:
      return "too many void lookups";
    case Problem::too_many_exchanges:
      return "too many MX records";
    case Problem::too_many_questions:
      return "too many DNS questions";
    case Problem::no_record:
      return "no SPF record";
    case Problem::record_too_long:
      return "SPF record too long";
    case Problem::syntax:
      return "syntax";
    case Problem::out_of_time:
      return "time limit";
    case Problem::none:
    case Problem::other:
      return "";
  }
  return "";
}

Problem find_problem(std::string_view problem) {
  if (problem.empty()) return Problem::none;
  for (int i = 1; i < static_cast<int>(Problem::other); ++i) {
    const auto one = static_cast<Problem>(i);
    if (problem.starts_with(words(one))) return one;
  }
  return Problem::other;
}

bool is_limit(Problem problem) {
  return problem >= Problem::too_many_terms && problem <= Problem::too_many_questions;
}

}  // namespace spf
