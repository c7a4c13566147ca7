#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "base/words.hpp"
#include "verify/dns/resolver.hpp"

// Sender Policy Framework, RFC 7208. The only door to libspf2.
namespace spf {

// The results of RFC 7208 §2.6.
enum class Status : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
constexpr auto words_of(Status) {
  return std::to_array<std::string_view>(
      {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"});
}

// Which identity was checked (RFC 7208 §2.3, §2.4).
enum class Identity : std::uint8_t { helo, mail_from };
constexpr auto words_of(Identity) { return std::to_array<std::string_view>({"helo", "mail_from"}); }

// Who decides which term matches. Both give the same results.
enum class Engine : std::uint8_t {
  libspf2,  // libspf2 evaluates a rewritten, harmless form of the record (docs/decisions).
  native,   // Our own loop over the same grammar and session.
};
constexpr auto words_of(Engine) { return std::to_array<std::string_view>({"libspf2", "native"}); }

// Limits of one evaluation; section [spf] of the configuration sets some.
struct Options {
  Engine engine = Engine::libspf2;
  std::size_t terms_max = 10;                // RFC 7208 §4.6.4: MUST; more counts as 10.
  std::size_t void_lookups_max = 2;          // RFC 7208 §4.6.4.
  std::size_t names_max = 10;                // MX and PTR names of one term, §4.6.4.
  std::size_t record_octets_max = 8192;      // A longer record is permerror: work is bounded.
  std::size_t explanation_octets_max = 500;  // What is longer is cut.
};

// Why an evaluation ended in temperror or permerror: what is decided on. Result::problem says the
// same in words for people, with the name it is about.
enum class Problem : std::uint8_t {
  none,
  too_many_terms,  // RFC 7208 §4.6.4, as the next two.
  too_many_voids,
  too_many_exchanges,
  too_many_questions,  // More than this message's share.
  no_record,           // Where an include or a redirect leads (§5.2, §6.1).
  record_too_long,
  syntax,
  out_of_time,
  other,  // A look-up that failed, several records, and what is not the sender's.
};

// Whom check_host() is asked about (RFC 7208 §4.1).
struct Request {
  base::IpAddress client;                   // <ip>
  Identity identity = Identity::mail_from;  // helo checks postmaster@helo (RFC 7208 §2.3).
  std::string helo;                         // As the client said it; need not be a name.
  std::string mail_from;  // Empty for "<>": postmaster@helo stands in (RFC 7208 §2.4).
  std::string receiver;   // Our own name, for the %{r} macro.
};

// What SPF says of one identity. A plain value.
struct Result {
  Status status = Status::none;
  // helo also when a null reverse-path made postmaster@helo stand in for MAIL FROM: the name then
  // is reported as smtp.helo, yet it is what DMARC uses (RFC 9989 §3.2.4).
  Identity identity = Identity::mail_from;
  std::optional<base::Domain> domain;  // What `status` speaks for; DMARC aligns with it.
  // The term that decided, as published: "-all". Of the checked domain's record or one it redirects
  // to: an include, not what is inside. "default" when none matched; where an error ended it, the
  // last term come to. Printable, and bounded.
  std::string mechanism;
  Problem cause = Problem::none;
  std::string problem;      // Why temperror or permerror, in words; else empty. Printable.
  std::string explanation;  // From exp=, printable ASCII, or empty. Only with Status::fail.

  friend bool operator==(const Result&, const Result&) = default;
};

// How far an evaluation has come.
struct Progress {
  std::optional<Result> result;  // Nothing as long as …
  dns::Pending missing;          // … this answer is not there.
};

// check_host() of RFC 7208 §4, as far as the answers that are there allow; it never waits. Every
// lookup goes through `resolver`, which gives equal questions the same answer (RecordingResolver).
// Where an answer is missing its lookup has been started, and the evaluation is run again from the
// beginning when it has come: that costs little beside the answer's way, and nobody has to wait for
// it. `now` is for the %{t} macro only.
[[nodiscard]] Progress check(const Request& request, dns::Resolver& resolver,
                             const Options& options, base::WallTime now);

// What an evaluation that came to no end in time knows: temperror (RFC 7208 §4.6.4), and whom it is
// about.
[[nodiscard]] Result out_of_time(const Request& request);

// What Result::problem begins with: "no SPF record". Empty for `none` and `other`.
[[nodiscard]] std::string_view words(Problem problem);
// The Problem that `problem`, a text as of Result, is about; `other` for any other text.
[[nodiscard]] Problem find_problem(std::string_view problem);
// True when the record asks for more than is allowed (RFC 7208 §4.6.4).
[[nodiscard]] bool is_limit(Problem problem);

[[nodiscard]] constexpr std::string_view name(Status status) noexcept {
  return base::word(status);
}  // "softfail"
[[nodiscard]] constexpr std::string_view name(Identity identity) noexcept {
  return base::word(identity);
}  // "helo", "mail_from"

}  // namespace spf
