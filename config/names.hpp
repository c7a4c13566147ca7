#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "config/section.hpp"

// Domains and networks as values of keys.
namespace config {

// Whether a key that stands for a domain and all below it may name a public suffix.
enum class PublicSuffix : std::uint8_t { refused, allowed };

// True for a single label, and for the best known of the suffixes that registries sell names below.
[[nodiscard]] bool is_public_suffix(const base::Domain& domain);

// `text`, found at `key`, as a domain; nothing, and a complaint, when it is none.
[[nodiscard]] std::optional<base::Domain> to_domain(Section& section, std::string_view key,
                                                    const Text& text, PublicSuffix suffix);

// A network, but not all addresses: `everybody` says what would be wrong with that.
[[nodiscard]] std::optional<base::Network> to_network(Section& section, std::string_view key,
                                                      const Text& text, std::string_view everybody);

// The same for a key that holds one domain or is absent, and for keys that hold arrays.
[[nodiscard]] std::optional<base::Domain> read_domain(Section& section, std::string_view key,
                                                      PublicSuffix suffix);
[[nodiscard]] std::vector<base::Domain> read_domains(Section& section, std::string_view key);
[[nodiscard]] std::vector<base::Network> read_networks(Section& section, std::string_view key,
                                                       std::vector<base::Network> fallback,
                                                       std::string_view everybody);

}  // namespace config
