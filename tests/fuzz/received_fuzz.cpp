// The client in a Received field: whatever HELO name, ident answer, reverse name and recipient say,
// only the address that the MTA wrote is taken for it, and no words of a client make its field one
// of the MTA's own programs.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "verify/mail/received.hpp"

namespace {

void check_any(std::string_view value) {
  const mail::Received found = mail::parse_received(value);
  fuzz::require(!(found.internal && found.client));
  const auto is_single = [](std::string_view name) {
    return std::ranges::none_of(name,
                                [](char c) { return std::string_view(" \t\r\n()").contains(c); });
  };
  fuzz::require(is_single(found.helo) && is_single(found.client_name) && is_single(found.by));
  if (value.size() > 9'000) return;  // The limit is not far.
  const mail::Received folded = mail::parse_received("\r\n\t" + std::string(value));
  fuzz::require(folded.client == found.client && folded.internal == found.internal);
}

void require_client(const std::string& value) {
  const mail::Received found = mail::parse_received(value);
  fuzz::require(!found.internal);
  fuzz::require(!found.client || found.client == base::IpAddress::parse("192.0.2.1"));
}

// Around any text that the client may have written, were an MTA to let it pass.
void check_unchecked(const std::string& text) {
  for (const std::string& value : {
           " from " + text + " (name.example [192.0.2.1]) by mx (Postfix) with SMTP;",
           " from a (name.example [192.0.2.1]) by mx (Postfix) with SMTP for <" + text + ">;",
           " from name.example (HELO " + text + ") (192.0.2.1) by mx with SMTP; 1 May 2026",
           " from unknown (HELO a) (" + text + "@192.0.2.1) by mx with SMTP; 1 May 2026",
           " from name.example (HELO " + text + ") (192.0.2.1) by mx (qpsmtpd/0.94) with SMTP; x",
           " from name.example (HELO " + text + ") ([192.0.2.1]) by esa with ESMTP/TLS/X; x",
           " from name.example (EHLO " + text + ") (192.0.2.1) by mta1.mail.yahoo.com with SMTP; x",
           " from [192.0.2.1] (HELO " + text +
               ") by mx (CommuniGate Pro SMTP 6.2.4) with SMTP id 1",
           " from [192.0.2.1] (account " + text + " HELO " + text +
               ") by mx (CommuniGate Pro SMTP 6.2.4) with SMTP id 1",
           " from name.example ([192.0.2.1] helo=" + text + ") by mx with smtp (Exim 4.96)",
           " from name.example ([192.0.2.1] ident=" + text + ") by mx with smtp (Exim 4.96)",
           " from [192.0.2.1] (helo=" + text + ") by mx with smtp (Exim 4.96)",
           " from [198.51.100.9] (" + text + " [192.0.2.1]) by mx (8.17.1/8.17.1) with SMTP id 1;",
           " from [198.51.100.9] (" + text + "@b.example [192.0.2.1]) by mx (Postfix) with SMTP;",
       }) {
    require_client(value);
  }
}

// Around a text that cannot end the comment it stands in, by servers that write no address: none
// of it may become one.
void check_closed(const std::string& text) {
  for (const std::string& value : {" from name.example (HELO " + text + ") by mx with SMTP; x",
                                   " from name.example (helo=" + text + ") by mx with smtp id 1"}) {
    require_client(value);
  }
}

// A field as each MTA writes it around a HELO name that it has checked.
void check_helo(const std::string& text) {
  for (const std::string& value :
       {" from " + text + " (192.0.2.1) by mx (10.0.0.1) with Microsoft SMTP Server",
        " from " + text + " ([192.0.2.1]) by mx (8.17.1/8.17.1) with SMTP id 1;",
        " from " + text + " (192.0.2.1:25) by mx with [XMail 1.20 ESMTP Server] id <S72E>",
        " from " + text + " ([192.0.2.1] verified) by mx (CommuniGate Pro SMTP 6.2.4) with SMTP",
        " from " + text + " (name.example. [192.0.2.1]) by mx.google.com with SMTP id 1"}) {
    require_client(value);
  }
}

void check(std::string_view text) {
  check_any(text);
  check_unchecked(std::string(text));
  check_closed(std::string(text.substr(0, text.find(')'))));
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
                          "HELO ",
                          "[local]",
                          "[127.0.0.1]",
                          "ident=",
                          "(Exim 4.96)",
                          "(CommuniGate Pro SMTP)",
                          "(qmail 1 invoked from network)",
                          "(Postfix, from userid 1)",
                          "with local ",
                          "Client CN \"",
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
