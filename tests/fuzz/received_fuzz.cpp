// The client in a Received field: whatever HELO and reverse name say, only the address that the MTA
// wrote is taken for it.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "verify/mail/received.hpp"

namespace {

void check_any(std::string_view value) {
  const auto from = mail::parse_received(value);
  if (!from) return;
  const auto is_single = [](std::string_view name) {
    return std::ranges::none_of(name,
                                [](char c) { return std::string_view(" \t\r\n()").contains(c); });
  };
  fuzz::require(is_single(from->helo) && is_single(from->client_name));
  if (value.size() > 9'000) return;  // The limit is not far.
  fuzz::require(mail::parse_received("\r\n\t" + std::string(value)).has_value());
}

void require_client(const std::string& value) {
  const auto from = mail::parse_received(value);
  fuzz::require(!from || from->client == base::IpAddress::parse("192.0.2.1"));
}

// Around any text that the client may have written, were an MTA to let it pass.
void check_unchecked(const std::string& text) {
  require_client(" from " + text + " (name.example [192.0.2.1]) by mx (Postfix) with SMTP;");
  require_client(" from a (name.example [192.0.2.1]) by mx (Postfix) with SMTP for <" + text +
                 ">;");
}

// A field as each MTA writes it around a HELO name that it has checked.
void check_helo(const std::string& text) {
  for (const std::string& value :
       {" from name.example ([192.0.2.1] helo=" + text + ") by mx with smtp (Exim 4.96)",
        " from [192.0.2.1] (helo=" + text + ") by mx with smtp (Exim 4.96)",
        " from " + text + " (192.0.2.1) by mx (10.0.0.1) with Microsoft SMTP Server"}) {
    require_client(value);
  }
}

void check(std::string_view text) {
  check_any(text);
  check_unchecked(std::string(text));
  // What no MTA takes as a HELO name without making it harmless: blanks, parentheses.
  const auto end = std::ranges::find_if(
      text, [](char c) { return std::string_view(" \t\r\n();\\").contains(c); });
  check_helo(std::string(text.begin(), end));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(text, {"from ",
                          "by ",
                          "a",
                          " ",
                          "(",
                          ")",
                          "[",
                          "]",
                          "[198.51.100.9]",
                          "helo=",
                          "port=1",
                          "IPv6:",
                          "2001:db8::1",
                          "198.51.100.9",
                          "\r\n\t",
                          ";",
                          "\\",
                          "\"",
                          "(envelope-from <\"",
                          "@",
                          ":",
                          "(b [198.51.100.9])"}));
  return 0;
}
