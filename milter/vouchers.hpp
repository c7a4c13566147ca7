#pragma once

#include <string>
#include <vector>

#include "verify/verification.hpp"

// Who vouches for a message, as words that can be remembered: "dkim s1._domainkey.example.com",
// "spf example.com", "seal s1._domainkey.list.example". Pure.
namespace milter {

// What vouches for one name.
struct Vouching {
  std::string owner;                  // The organization whose name is vouched for.
  std::vector<std::string> vouchers;  // Sorted, never empty.
};

// Those that made a message pass. For the author's organization they count only when DMARC passed;
// the newest sealer of a passing ARC chain vouches for its own name only, so that nobody fills the
// memory of another.
[[nodiscard]] std::vector<Vouching> vouchers_of(const verify::Facts& facts);

// Those that would vouch if a temporary error did not hide it: signatures and SPF of the author's
// organization, and the newest sealer, of its own name. Empty when it is something else that is not
// known.
[[nodiscard]] std::vector<Vouching> doubtful_vouchers_of(const verify::Facts& facts);

}  // namespace milter
