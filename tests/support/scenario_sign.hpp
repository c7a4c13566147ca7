#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "tests/support/letter.hpp"

namespace support {

// The tags of a "sign" line (docs/formats/scenario.md): those of the signature, at= and break=.
using SignOrder = std::map<std::string, std::string>;

// Puts a DKIM-Signature field on top of the header, or at=bottom; with break=, damages afterwards
// what it signed.
[[nodiscard]] base::Result<void> apply(const SignOrder& order, Letter& letter);

}  // namespace support
