#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "verify/dmarc/discovery.hpp"

namespace dmarc {

// The results of a DMARC check, in the words that Authentication-Results has for them.
enum class Status : std::uint8_t { none, pass, fail, temperror, permerror };
constexpr auto words_of(Status) {
  return std::to_array<std::string_view>({"none", "pass", "fail", "temperror", "permerror"});
}

// By which check an identifier is vouched for.
enum class Method : std::uint8_t { spf, dkim };

// A domain some other check vouches for, or might have. DMARC does not know SPF or DKIM, only
// that one of them passed for this domain, or failed temporarily.
struct Identifier {
  Method method = Method::dkim;
  base::Domain domain;
  Walk walk;               // Its own tree walk (RFC 9989 §4.4.1). Without one (no start) it aligns
                           // only when it is the author domain itself.
  bool temporary = false;  // Its check ended in temperror: it could still have aligned.
};

// Everything the verdict depends on.
struct Evidence {
  base::Domain author;
  Walk walk;  // From the author domain upwards.
  // Answer to existence_question(author); only read when np= may apply.
  dns::Outcome existence = dns::Outcome::found;
  std::vector<Identifier> identifiers;
  // pct=0 counts as t=y: RFC 9989 §9.3 made the latter out of it, and records were not rewritten.
  bool pct_zero_is_testing = false;
};

// The verdict, with what `explain` needs to tell how it came about.
struct Result {
  Status status = Status::none;
  std::string reason;                         // Why none, temperror or permerror; else empty.
  std::optional<base::Domain> author;         // header.from
  std::optional<base::Domain> policy_domain;  // Where the record that applies was found.
  std::optional<base::Domain> organization;   // The organizational domain of the author.
  std::optional<Record> record;
  Policy policy = Policy::none;     // What applies, after sp, np and t (§4.10.1).
  Policy published = Policy::none;  // Before t=y (or pct=0) lowered it.
  std::string policy_tag;           // "p", "sp" or "np": which tag gave it.
  bool dkim_aligned = false;
  bool spf_aligned = false;

  friend bool operator==(const Result&, const Result&) = default;
};

// True when Evidence::existence may be read: the author domain inherits a record with np=.
[[nodiscard]] bool needs_existence(const Walk& author_walk);

// The verdict on one message (RFC 9989 §4.4, §5.3). `pass` when an identifier aligns, `fail` when
// none does and none that is in doubt could. Pure. REQUIRES: evidence.walk was made from
// evidence.author.
[[nodiscard]] Result judge(const Evidence& evidence);

[[nodiscard]] constexpr std::string_view name(Status status) noexcept {
  return base::word(status);
}  // "temperror"

}  // namespace dmarc
