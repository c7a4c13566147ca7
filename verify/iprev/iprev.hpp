#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/time.hpp"
#include "base/words.hpp"
#include "verify/dns/resolver.hpp"

// Forward-confirmed reverse DNS, RFC 8601 §3: the client's address has a name (PTR), and that name
// has the address. Pure functions around two fetches.
namespace iprev {

// The results of RFC 8601 §2.7.3. A fail proves nothing by itself: honest clients have wrong names,
// too.
enum class Status : std::uint8_t { pass, fail, temperror, permerror };
constexpr auto words_of(Status) {
  return std::to_array<std::string_view>({"pass", "fail", "temperror", "permerror"});
}

// How much is tried.
struct Options {
  std::size_t names_max = 10;  // PTR names tried; RFC 8601 §3 asks for a limit.
};

// What became of the check. `permerror`: the address has no name at all.
struct Result {
  Status status = Status::permerror;  // See judge().
  std::optional<std::string> name;  // The confirmed name; else the first undecided; else the first.

  friend bool operator==(const Result&, const Result&) = default;
};

// Plan, fetch, judge in two steps, as the names to ask for come from the first answer. The first
// question is for the names of the client's address.
[[nodiscard]] dns::Question name_question(const base::IpAddress& client);
// The second questions: the addresses, of the client's family, of each name in `names` that is a
// domain name; sorted, each once, at most Options::names_max. Empty when there are none.
[[nodiscard]] std::vector<dns::Question> address_questions(const base::IpAddress& client,
                                                           const dns::Answer& names,
                                                           const Options& options);

// The verdict. `addresses` answer address_questions() in its order; an answer that is missing
// counts as a time-out. `pass` when one name has the client's address, whatever became of the
// others; else `temperror` when an answer could not be had, `permerror` when there is no PTR record
// at all, and `fail` when none of the names leads back. Pure.
[[nodiscard]] Result judge(const base::IpAddress& client, const dns::Answer& names,
                           const std::vector<dns::Answer>& addresses, const Options& options);

// The word of a status, for Authentication-Results and logs.
[[nodiscard]] constexpr std::string_view name(Status status) noexcept { return base::word(status); }

}  // namespace iprev
