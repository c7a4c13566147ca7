#pragma once

#include <optional>
#include <string_view>

#include "verify/crypto/crypto.hpp"
#include "verify/dkim/signature.hpp"
#include "verify/mail/headers.hpp"

namespace dkim {

// The field with the value of its b= tag, and white space around that, removed (RFC 6376 §3.5); a
// copy of the field when it has no b=. Pure.
[[nodiscard]] mail::HeaderField without_signature(const mail::HeaderField& field);

// The hash of what `signature` signs: the fields of h=, bottom-up for each name, then `own`, the
// field the signature stands in (RFC 6376 §3.7, §5.4.2). `own` is a field of `headers`, or of none.
// A name that is left over counts as no field. Pure. Work: fields × log(names) + names ×
// log(names).
[[nodiscard]] crypto::Sha256 header_hash(const mail::Headers& headers, const mail::HeaderField& own,
                                         const Signature& signature);

}  // namespace dkim
