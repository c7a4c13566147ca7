// Addresses and networks: their text reads back to the same.

#include "base/ip_address.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

void check(std::string_view text) {
  if (const auto address = base::IpAddress::parse(text)) {
    fuzz::require(base::IpAddress::parse(address->text()) == address);
    const unsigned bits = static_cast<unsigned>(address->octets().size()) * 8;
    fuzz::require(address->shares_prefix(*address, bits));
    fuzz::require(address->reverse_name().ends_with(".arpa"));
  }
  if (const auto network = base::Network::parse(text)) {
    fuzz::require(network->prefix_bits <= network->address.octets().size() * 8);
    fuzz::require(network->contains(network->address));
    fuzz::require(base::Network::parse(network->text()) == network);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(text, {"0", "1", "2", "5", "9", "a", "F", ":", "::", ".", "/", "ffff:", "%"}));
  return 0;
}
