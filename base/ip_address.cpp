#include "base/ip_address.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include "base/text.hpp"

namespace base {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.contains('\0')) return std::nullopt;
  const std::string terminated(text);
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1) {
    return from_octets(std::span(octets).first<4>());
  }
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return from_octets(octets);
  return std::nullopt;
}

IpAddress IpAddress::from_octets(std::span<const std::uint8_t, 4> octets) noexcept {
  IpAddress address;
  std::ranges::copy(octets, address.octets_.begin());
  return address;
}

IpAddress IpAddress::from_octets(std::span<const std::uint8_t, 16> octets) noexcept {
  if (std::ranges::equal(octets.first<12>(), mapped_prefix)) return from_octets(octets.last<4>());
  IpAddress address;
  address.family_ = Family::v6;
  std::ranges::copy(octets, address.octets_.begin());
  return address;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (family_ == Family::v6) {
    return inet_ntop(AF_INET6, octets_.data(), buffer.data(), buffer.size());
  }
  // Not inet_ntop(), which goes through sprintf(): every event has some of these.
  char* end = buffer.data();
  for (const std::uint8_t octet : octets()) {
    if (end != buffer.data()) *end++ = '.';
    end = std::to_chars(end, buffer.data() + buffer.size(), octet).ptr;
  }
  return {buffer.data(), end};
}

std::string IpAddress::reverse_name() const {
  static constexpr char hex[] = "0123456789abcdef";
  std::string name;
  const auto reversed = octets();
  for (auto octet = reversed.rbegin(); octet != reversed.rend(); ++octet) {
    if (family_ == Family::v4) {
      name += std::to_string(*octet) + '.';
    } else {
      name += {hex[*octet & 15], '.', hex[*octet >> 4], '.'};
    }
  }
  return name + (family_ == Family::v4 ? "in-addr.arpa" : "ip6.arpa");
}

bool IpAddress::shares_prefix(const IpAddress& other, unsigned bits) const noexcept {
  if (family_ != other.family_) return false;
  const unsigned whole = std::min<unsigned>(bits / 8, static_cast<unsigned>(octets().size()));
  if (!std::equal(octets_.begin(), octets_.begin() + whole, other.octets_.begin())) return false;
  if (whole == octets().size() || bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> (bits % 8));
  return ((octets_[whole] ^ other.octets_[whole]) & mask) == 0;
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto width = static_cast<unsigned>(address->octets().size() * 8);
  if (slash == std::string_view::npos) return Network{*address, width};
  const auto bits = parse_number(text.substr(slash + 1));
  if (!bits || *bits > width) return std::nullopt;
  return Network{*address, static_cast<unsigned>(*bits)};
}

std::string Network::text() const { return address.text() + '/' + std::to_string(prefix_bits); }

}  // namespace base
