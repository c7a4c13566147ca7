#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "config/section.hpp"

// Domains and networks as values of keys: see config/kinds.hpp.
namespace config {

// Whether a key that stands for a domain and all below it may name a public suffix.
enum class PublicSuffix : std::uint8_t { refused, allowed };

// True for a single label, and for the best known of the suffixes that registries sell names below.
[[nodiscard]] bool is_public_suffix(const base::Domain& domain);

// Reads a domain, for Maybe and Each of config/kinds.hpp: U-labels become A-labels, and letters
// lower case. A network is none, though "192.0.2.1" could be a name.
struct DomainName {
  PublicSuffix suffix = PublicSuffix::refused;

  // Nothing, and a complaint at the text's line, when it is none or a suffix where that is refused.
  [[nodiscard]] std::optional<base::Domain> parse(Section& section, std::string_view key,
                                                  const FoundText& text) const;
};

// Reads a network, "192.0.2.0/24", or one address. All addresses are refused: `everybody` says what
// would be wrong with them.
struct Network {
  std::string_view everybody;  // "the domain would not be protected"

  [[nodiscard]] std::optional<base::Network> parse(Section& section, std::string_view key,
                                                   const FoundText& text) const;
};

// domain = "example.org"
// The domain that an entry of an array of tables is for: it must be there, and in no other entry;
// the complaint names the line of the other. Stays as it is when it cannot be read.
struct OwnDomain {
  PublicSuffix suffix = PublicSuffix::refused;

  void read(Section& section, std::string_view key, base::Domain& domain) const;
  [[nodiscard]] std::string write(const base::Domain& domain) const;
};

// recipients = ["example.net", "*.example.net"]
// The domains of a tenant, "example.net" or "*.example.net", in A-labels and lower case. They must
// be there, and each in no other entry.
struct Recipients {
  void read(Section& section, std::string_view key, std::vector<std::string>& recipients) const;
  [[nodiscard]] std::string write(const std::vector<std::string>& recipients) const;
};

}  // namespace config
