#include "verify/dns/waiting_line.hpp"

#include <algorithm>
#include <array>

namespace dns {

namespace {

// The last `count` labels, or all there are.
std::string_view last_labels(std::string_view name, std::size_t count) {
  std::size_t at = name.size();
  while (count > 0 && at > 0) {
    const std::size_t dot = name.rfind('.', at - 1);
    if (dot == std::string_view::npos) return name;
    at = dot;
    --count;
  }
  return name.substr(std::min(at + 1, name.size()));
}

// "co.uk", "com.br": what many countries register names below.
bool is_registry(std::string_view two_labels) {
  constexpr std::array words = {"ac",  "co",  "com", "edu", "go", "gob",
                                "gov", "mil", "ne",  "net", "or", "org"};
  const std::size_t dot = two_labels.find('.');
  return dot != std::string_view::npos && two_labels.size() - dot == 3 &&
         std::ranges::find(words, two_labels.substr(0, dot)) != words.end();
}

}  // namespace

std::string_view owner_of(std::string_view name) {
  if (name.ends_with(".in-addr.arpa")) return last_labels(name, 4);
  if (name.ends_with(".ip6.arpa")) return last_labels(name, 10);
  const std::string_view owner = last_labels(name, 2);
  return is_registry(owner) ? last_labels(name, 3) : owner;
}

}  // namespace dns
