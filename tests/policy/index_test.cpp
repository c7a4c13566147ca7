#include "policy/index.hpp"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using Text = std::vector<std::string>;

base::IpAddress random_address(std::mt19937& random) {
  if (random() % 2 == 0) {
    std::array<std::uint8_t, 4> octets{};
    for (std::uint8_t& octet : octets)
      octet = random() % 4 == 0 ? 0x80 : 0x01;
    return base::IpAddress::from_octets(std::span<const std::uint8_t, 4>(octets));
  }
  std::array<std::uint8_t, 16> octets{};
  for (std::uint8_t& octet : octets)
    octet = random() % 8 == 0 ? 0x80 : 0x01;
  return base::IpAddress::from_octets(std::span<const std::uint8_t, 16>(octets));
}

}  // namespace

TEST_CASE("a walk up sees the name and its parents, longest first, until it is told to stop",
          "[policy]") {
  const policy::ByName<std::string> names = {
      {"a.b.example", "1"}, {"b.example", "2"}, {"example", "3"}, {"other.example", "4"}};
  const auto seen = [&](std::string_view name, const std::string& stop_at) {
    Text values;
    policy::walk_up(names, name, [&](const std::string& value, bool itself) {
      values.push_back(itself ? value + "!" : value);
      return value == stop_at;
    });
    return values;
  };
  CHECK(seen("a.b.example", "") == Text{"1!", "2", "3"});
  CHECK(seen("x.a.b.example", "") == Text{"1", "2", "3"});
  CHECK(seen("a.b.example", "2") == Text{"1!", "2"});
  CHECK(seen("b.examples", "").empty());
  CHECK(seen("", "").empty());
}

TEST_CASE("the networks found are those that contain the address", "[policy]") {
  std::mt19937 random(20260102);
  for (int round = 0; round < 50; ++round) {
    policy::ByNetwork<std::set<std::string>> index;
    std::vector<base::Network> networks;
    for (int i = 0; i < 40; ++i) {
      const base::IpAddress address = random_address(random);
      const auto width = static_cast<unsigned>(address.octets().size() * 8);
      networks.push_back({address, static_cast<unsigned>(random() % (width + 1))});
      index.at(networks.back()).insert(networks.back().text());
    }
    for (int i = 0; i < 100; ++i) {
      const base::IpAddress address = random_address(random);
      std::set<std::string> expected;
      for (const base::Network& network : networks) {
        if (network.contains(address)) expected.insert(network.text());
      }
      std::set<std::string> found;
      index.visit(address, [&](const std::set<std::string>& names) {
        found.insert(names.begin(), names.end());
      });
      CHECK(found == expected);
    }
  }
}
