#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

// An IPv4 or IPv6 address, without port or zone. A value; the default is 0.0.0.0. Addresses are
// ordered by family, then by their octets.
class IpAddress {
 public:
  enum class Family : std::uint8_t { v4, v6 };

  // The address written as dotted quad or as text of RFC 4291 §2.2. An IPv4-mapped address
  // (::ffff:192.0.2.1) becomes the IPv4 address it stands for, as RFC 7208 §5 asks. Nothing for
  // other text: no brackets, no zone, no prefix length.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  // From octets in network byte order, as A and AAAA records have them. Sixteen octets of an
  // IPv4-mapped address become an IPv4 address here, too.
  [[nodiscard]] static IpAddress from_octets(std::span<const std::uint8_t, 4> octets) noexcept;
  [[nodiscard]] static IpAddress from_octets(std::span<const std::uint8_t, 16> octets) noexcept;

  [[nodiscard]] Family family() const noexcept { return family_; }
  [[nodiscard]] std::span<const std::uint8_t> octets() const noexcept {  // Network order, 4 or 16.
    return std::span(octets_).first(family_ == Family::v4 ? 4 : 16);
  }
  // "192.0.2.1", or IPv6 in the short lower case form that inet_ntop(3) writes.
  [[nodiscard]] std::string text() const;

  // The name whose PTR records belong to this address: "1.2.0.192.in-addr.arpa" (RFC 1035 §3.5), or
  // 32 nibbles below ip6.arpa (RFC 3596 §2.5).
  [[nodiscard]] std::string reverse_name() const;

  // True when both addresses are of one family and their first `bits` bits are equal. More bits
  // than the address has mean all of it.
  [[nodiscard]] bool shares_prefix(const IpAddress& other, unsigned bits) const noexcept;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Family family_ = Family::v4;
  std::array<std::uint8_t, 16> octets_{};  // An IPv4 address uses the first four.
};

// A range of addresses, as configurations and SPF records write it: "192.0.2.0/24",
// "2001:db8::/32". Two networks are equal only when their addresses are, including the bits beyond
// the prefix.
struct Network {
  IpAddress address;         // Any of the network; the bits beyond the prefix are ignored.
  unsigned prefix_bits = 0;  // 0 to 32 or to 128, by the family of `address`.

  // Reads "address/bits", or an address alone, which is a network of that one. Nothing when the
  // number is missing, has other characters than digits, or is larger than the address is wide.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& candidate) const noexcept {
    return address.shares_prefix(candidate, prefix_bits);
  }
  // "192.0.2.0/24": always with the number of bits, also when the network is a single address.
  [[nodiscard]] std::string text() const;

  friend auto operator<=>(const Network&, const Network&) = default;
};

}  // namespace base
