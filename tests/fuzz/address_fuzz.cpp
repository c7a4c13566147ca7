// From fields and paths: whose policy applies is read here, so what was read must be readable
// again, and be the same however the field is folded and commented.

#include "tests/fuzz/fuzz.hpp"
#include "verify/mail/address.hpp"

namespace {

std::string written(const mail::Address& address) {
  return fuzz::quoted(address.local_part) + "@" + address.domain.text();
}

void check_from(std::string_view value) {
  const auto addresses = mail::parse_from(value);
  if (!addresses) return;
  fuzz::require(!addresses->empty() && addresses->size() <= 100);
  std::string list;
  for (const mail::Address& address : *addresses)
    list += (list.empty() ? "" : ",\r\n\t") + written(address);
  fuzz::require(mail::parse_from(list) == addresses);
  fuzz::require(mail::parse_from(" (x)\r\n " + std::string(value) + "\r\n ") == addresses);
}

void check_path(std::string_view text) {
  const auto address = mail::parse_path(text);
  if (!address) return;
  fuzz::require(mail::parse_path("<" + written(*address) + ">") == address);
  fuzz::require(mail::parse_path("@a.example,@b.example:" + written(*address)) == address);
}

void check(std::string_view text) {
  check_from(text);
  check_path(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(
      text,
      {"a", "b.example", "@", "<",     ">", "\"", "\\", "(",        ")",          ",",          ":",
       ";", ".",         " ", "\r\n ", "[", "]",  "=?", "\xC3\xBC", "@c.example", "a@b.example"}));
  return 0;
}
