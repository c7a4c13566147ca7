#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "verify/dkim/signature.hpp"
#include "verify/mail/headers.hpp"

// What of a header section a signature covers, and what it leaves open although h= names it.
namespace dkim {

// A field that may occur once, and stands there more often with different words.
struct RepeatedField {
  std::string_view name;        // Lower case; static.
  std::size_t occurrences = 0;  // 2 or more.

  friend bool operator==(const RepeatedField&, const RepeatedField&) = default;
};

// The fields of RFC 5322 §3.6 that have a maximum number of 1, but From (several are a fault of
// their own, mail::FromFault), and those of MIME that decide how the body is shown. Occurrences
// that say the same (To and Cc: that name the same addresses) are no repetition: whichever one is
// shown, it is what was signed. Work: fields × names.
[[nodiscard]] std::vector<RepeatedField> find_repeated(const mail::Headers& headers);

// True when h= names one of `repeated`, but less often than it stands there: a signature covers the
// lowest occurrences (RFC 6376 §5.4.2), and what was put on top is what most readers show (§8.15).
// A field that h= does not name at all is nobody's word in the first place. Pure.
[[nodiscard]] bool leaves_open(const Signature& signature, std::span<const RepeatedField> repeated);

// True when a field that h= names is as long as Postfix keeps of one for a milter and for the
// recipient (cleanup's KLUDGE_HEADER_LIMIT, 60,000 octets): what was behind that is gone.
[[nodiscard]] bool covers_cut_field(const Signature& signature, const mail::Headers& headers);

}  // namespace dkim
