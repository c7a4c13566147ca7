// rua= and ruf= URIs: what comes out goes into SMTP commands and header fields as it is, so it must
// be an address that cannot be read in any other way, and the same one when it is read again.

#include <string>

#include "report/destination.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

void check(std::string_view uri) {
  const auto mailbox = report::parse_report_uri(uri);
  if (!mailbox) return;
  const std::string address = mailbox->text();
  fuzz::require(address.size() <= 64 + 1 + 253);
  for (const char c : address)
    fuzz::require(c > ' ' && c <= '~' && !std::string_view("<>()[]\\\",:;").contains(c));
  fuzz::require(address.find('@') == address.rfind('@'));
  fuzz::require(report::Mailbox::parse(address) == *mailbox);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check("mailto:" + std::string(text));
  check("mailto:" +
        fuzz::fold(text, {"a",    ".",   "@", "b.example", "%", "40",   "0d",       "0A",
                          "!",    "10m", "?", "subject=",  ",", "\r\n", "\xC3\xBC", "%C3%BC",
                          "xn--", "\"",  "<", ">",         "[", "]",    "%2C",      "%22"}));
  return 0;
}
