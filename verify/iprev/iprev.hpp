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

// Forward-confirmed reverse DNS, RFC 8601 §3.
namespace iprev {

enum class Status : std::uint8_t { pass, fail, temperror, permerror };
constexpr auto words_of(Status) {
  return std::to_array<std::string_view>({"pass", "fail", "temperror", "permerror"});
}

struct Options {
  std::size_t names_max = 10;  // PTR names tried; RFC 8601 §3 asks for a limit.
};

struct Result {
  Status status = Status::permerror;
  std::optional<std::string> name;  // The confirmed name; else the first undecided; else the first.

  friend bool operator==(const Result&, const Result&) = default;
};

// Plan, fetch, judge in two steps, as the names to ask for come from the first answer.
[[nodiscard]] dns::Question name_question(const base::IpAddress& client);
[[nodiscard]] std::vector<dns::Question> address_questions(const base::IpAddress& client,
                                                           const dns::Answer& names,
                                                           const Options& options);

// `addresses` in the order of address_questions(). No PTR record at all is permerror.
[[nodiscard]] Result judge(const base::IpAddress& client, const dns::Answer& names,
                           const std::vector<dns::Answer>& addresses, const Options& options);

[[nodiscard]] constexpr std::string_view name(Status status) noexcept { return base::word(status); }

}  // namespace iprev
