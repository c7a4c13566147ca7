#include "verify/spf/spf.hpp"

#include "verify/base/text.hpp"
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

std::optional<Result> evaluate(const Request& request, dns::Resolver& resolver,
                               const Options& options, std::optional<base::Deadline> deadline,
                               base::WallTime now) {
  Session session(request, resolver, options, deadline, now);
  Result result;
  result.identity = session.sender().identity;
  if (session.sender().domain.empty()) return result;  // RFC 7208 §4.3: none.
  result.domain = base::Domain::parse(session.sender().domain);

  const std::optional<Qualifier> matched = options.engine == Engine::native
                                               ? evaluate_natively(session)
                                               : evaluate_with_libspf2(session);
  if (session.not_ready()) return std::nullopt;
  if (const auto& stop = session.stopped()) {
    result.status = stop->status;
    result.mechanism = base::printable(session.last_term(), mechanism_octets_max);
    result.problem = stop->problem;
    return result;
  }
  if (!matched) {
    result.status = Status::neutral;  // RFC 7208 §4.7.
    result.mechanism = "default";
    return result;
  }
  result.status = status_of(*matched);
  result.mechanism = base::printable(session.last_term(), mechanism_octets_max);
  if (result.status == Status::fail) result.explanation = session.explanation();
  if (session.not_ready()) return std::nullopt;
  return result;
}

}  // namespace

Result check(const Request& request, dns::Resolver& resolver, const Options& options,
             base::Deadline deadline, base::WallTime now) {
  // With a deadline there always is a result.
  return evaluate(request, resolver, options, deadline, now).value_or(Result{});
}

std::optional<Result> check_if_ready(const Request& request, dns::Resolver& resolver,
                                     const Options& options, base::WallTime now) {
  return evaluate(request, resolver, options, std::nullopt, now);
}

std::string_view name(Status status) {
  switch (status) {
    case Status::none:
      return "none";
    case Status::neutral:
      return "neutral";
    case Status::pass:
      return "pass";
    case Status::fail:
      return "fail";
    case Status::softfail:
      return "softfail";
    case Status::temperror:
      return "temperror";
    case Status::permerror:
      return "permerror";
  }
  return "unknown";
}

std::string_view name(Identity identity) {
  return identity == Identity::helo ? "helo" : "mail_from";
}

}  // namespace spf
