#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/ip_address.hpp"

// Values by domain or by network, found by hashing: a look-up costs one probe for each label of the
// name, or for each prefix length in use, however many values there are.
namespace policy {

// Lets a map of strings be asked with views. Not keyed: the names in these maps are the site's own,
// and no stranger can add any.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

// Values by domain name: A-labels in lower case.
template <class Value>
using ByName = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

// Calls visit(value, is_the_name_itself) for `name` and then each of its parents that has a value,
// until that returns true.
template <class Value, class Visit>
void walk_up(const ByName<Value>& values, std::string_view name, Visit visit) {
  if (values.empty()) return;
  for (std::string_view at = name;;) {
    const auto found = values.find(at);
    if (found != values.end() && visit(found->second, at.size() == name.size())) return;
    const std::size_t dot = at.find('.');
    if (dot == std::string_view::npos) return;
    at.remove_prefix(dot + 1);
  }
}

// Values by network. Building is for one thread; many may look things up afterwards.
template <class Value>
class ByNetwork {
 public:
  // The value of exactly this network; made when there is none.
  [[nodiscard]] Value& at(const base::Network& network) {
    const Key key = key_of(network.address, network.prefix_bits);
    return values_[{network.address.family(), network.prefix_bits}]
                  [std::string(key.data(), network.address.octets().size())];
  }

  // Calls visit(value) for each network that contains `address`, in no order of importance.
  template <class Visit>
  void visit(const base::IpAddress& address, Visit visit) const {
    for (const auto& [width, values] : values_) {
      if (width.first != address.family()) continue;
      const Key key = key_of(address, width.second);
      const auto found = values.find(std::string_view(key.data(), address.octets().size()));
      if (found != values.end()) visit(found->second);
    }
  }

 private:
  using Key = std::array<char, 16>;  // The octets of an address; of IPv4 the first four.

  // The address without the bits beyond the prefix.
  static Key key_of(const base::IpAddress& address, unsigned prefix_bits) {
    Key key{};
    unsigned left = prefix_bits;
    for (std::size_t i = 0; i < address.octets().size() && left > 0; ++i) {
      const unsigned bits = left < 8 ? left : 8;
      key[i] = static_cast<char>(address.octets()[i] & (0xFF00U >> bits));
      left -= bits;
    }
    return key;
  }

  // One map for each prefix length in use.
  std::map<std::pair<base::IpAddress::Family, unsigned>, ByName<Value>> values_;
};

}  // namespace policy
