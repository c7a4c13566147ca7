#pragma once

#include <cstdint>
#include <span>

#include "verify/dns/recording_resolver.hpp"
#include "verify/spf/spf.hpp"

namespace spf {

// How many addresses the include that made `result` a pass authorises, as far as its records are
// among `lookups`: networks, hosts, and what it includes or redirects to itself. IPv6 networks
// count as their /64s. 0 when SPF did not pass by an include whose name stands in the record. Pure.
[[nodiscard]] std::uint64_t breadth(const Result& result, std::span<const dns::Lookup> lookups);

}  // namespace spf
