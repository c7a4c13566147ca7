#pragma once

#include <string>
#include <vector>

#include "verify/verification.hpp"

// Who vouches for a message, as words that can be remembered: "dkim s1._domainkey.example.com",
// "spf example.com", "seal s1._domainkey.list.example". Pure.
namespace milter {

struct Vouching {
  std::string owner;                  // The organization whose name is vouched for.
  std::vector<std::string> vouchers;  // Sorted.
};

// Those that made a message pass: a sealer vouches for its own name only, so that nobody fills the
// memory of another.
[[nodiscard]] std::vector<Vouching> vouchers_of(const verify::Facts& facts);

// Those that a temporary error keeps from telling, sorted: of the author, and sealers of their own
// names. Empty when it is something else that is not known.
[[nodiscard]] std::vector<Vouching> doubtful_vouchers_of(const verify::Facts& facts);

}  // namespace milter
