#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

// An IPv4 or IPv6 address in network byte order.
class IpAddress {
 public:
  enum class Family : std::uint8_t { v4, v6 };

  // Dotted quad or RFC 4291 §2.2 text. An IPv4-mapped address (::ffff:192.0.2.1) is the IPv4
  // address it stands for, as RFC 7208 §5 asks.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] static IpAddress from_octets(std::span<const std::uint8_t, 4> octets) noexcept;
  [[nodiscard]] static IpAddress from_octets(std::span<const std::uint8_t, 16> octets) noexcept;

  [[nodiscard]] Family family() const noexcept { return family_; }
  [[nodiscard]] std::span<const std::uint8_t> octets() const noexcept {  // 4 or 16.
    return std::span(octets_).first(family_ == Family::v4 ? 4 : 16);
  }
  [[nodiscard]] std::string text() const;

  // "1.2.0.192.in-addr.arpa" or the ip6.arpa name: where its PTR records are.
  [[nodiscard]] std::string reverse_name() const;

  // True when the first `bits` bits of both are equal and the families are.
  [[nodiscard]] bool shares_prefix(const IpAddress& other, unsigned bits) const noexcept;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Family family_ = Family::v4;
  std::array<std::uint8_t, 16> octets_{};  // An IPv4 address uses the first four.
};

// "192.0.2.0/24", "2001:db8::/32", or one address. Bits beyond the prefix are ignored.
struct Network {
  IpAddress address;
  unsigned prefix_bits = 0;

  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& candidate) const noexcept {
    return address.shares_prefix(candidate, prefix_bits);
  }
  [[nodiscard]] std::string text() const;

  friend auto operator<=>(const Network&, const Network&) = default;
};

}  // namespace base
