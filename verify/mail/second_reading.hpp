#pragma once

#include <string>
#include <string_view>

#include "base/domain.hpp"

// How other programs may read a From field: what a parser of RFC 5322 §3.4 passes over as a name,
// a comment or a quoted string may be an address to somebody else.
namespace mail {

// True when an "@" in `text`, as it stands or with its encoded-words decoded, is followed by what
// may be a domain other than `domain`. A single label is none that DMARC could be about; blanks and
// comments around dots hide nothing (obs-domain, RFC 5322 §4.4).
[[nodiscard]] bool names_other_domain(std::string_view text, const base::Domain& domain);

// With each encoded-word (RFC 2047 §2) as the octets it stands for, in any charset; what cannot be
// decoded stays. White space between two of them is gone.
[[nodiscard]] std::string with_words_decoded(std::string_view text);

// True when an encoded-word holds an "@". RFC 2047 §6.2 wants the field parsed before its words are
// decoded; a reader who does it the other way round finds another address there.
[[nodiscard]] bool hides_address(std::string_view text);

// True when `text` has an "@", plain, in an encoded-word, or as its compatibility characters.
[[nodiscard]] bool shows_address(std::string_view text);

// True when the one "@" of an addr-spec, taken with its quotes and comments, is all that another
// reader could take for the end of an address or for a second one.
[[nodiscard]] bool is_clear_addr_spec(std::string_view text);

// True when a display name in front of "<user@domain>" closes an angle bracket that it did not
// open, behind another domain's address: readers who decode or unquote first end there.
[[nodiscard]] bool closes_other_address(std::string_view name, const base::Domain& domain);

// Raw ISO-2022-JP (RFC 1468), in which octets that look like quotes, brackets and "@" are halves of
// characters: each such run, and any other escape character, becomes this one, which no atom holds.
constexpr char shifted_mark = '\x7F';
[[nodiscard]] std::string without_shifts(std::string_view text);

}  // namespace mail
