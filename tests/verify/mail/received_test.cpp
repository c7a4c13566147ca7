#include "verify/mail/received.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace {

// "client|name|helo", or "none".
std::string read(std::string_view value) {
  const auto from = mail::parse_received(value);
  if (!from) return "none";
  return from->client.text() + "|" + from->client_name + "|" + from->helo;
}

}  // namespace

TEST_CASE("the client is read from what mail servers write", "[mail][RFC 5321 §4.4]") {
  struct Row {
    const char* value;
    const char* read;
  };
  const Row rows[] = {
      // Postfix
      {" from helo.example (name.example [192.0.2.1])\r\n\tby mx.example.org (Postfix) with ESMTP "
       "id "
       "4X\r\n\tfor <bob@example.org>; Fri,  1 May 2026 12:00:00 +0000 (UTC)",
       "192.0.2.1|name.example|helo.example"},
      {" from helo.example (unknown [IPv6:2001:db8::1])\r\n\t(using TLSv1.3 with cipher X (256/256 "
       "bits)\r\n\t key-exchange X25519)\r\n\t(No client certificate requested)\r\n\tby mx "
       "(Postfix)",
       "2001:db8::1|unknown|helo.example"},
      // What the client itself may have written: the name in its certificate, a recipient's
      // address.
      {" from helo.example (name.example [192.0.2.1])\r\n\t(Client CN \"[192.0.2.2]\", Issuer "
       "\"x\" "
       "(not verified))\r\n\tby mx (Postfix)",
       "192.0.2.1|name.example|helo.example"},
      {" from helo.example (name.example [192.0.2.1]) by mx (Postfix) with ESMTP id 4X\r\n\tfor "
       "<\"bob+ by \\\"x\"@example.org>; Fri,  1 May 2026 12:00:00 +0000 (UTC)",
       "192.0.2.1|name.example|helo.example"},
      {" from [198.51.100.9] (name.example [192.0.2.1]) by mx (Postfix)",
       "192.0.2.1|name.example|[198.51.100.9]"},
      // Sendmail
      {" from helo.example (name.example [192.0.2.1])\r\n\tby mx (8.17.1/8.17.1) with ESMTP id x;",
       "192.0.2.1|name.example|helo.example"},
      {" from helo.example (name.example [192.0.2.1] (may be forged)) by mx (8.17.1)",
       "192.0.2.1|name.example|helo.example"},
      {" from helo.example (IDENT:root@name.example [192.0.2.1]) by mx",
       "192.0.2.1|name.example|helo.example"},
      {" from helo.example ([192.0.2.1]) by mx (8.17.1)", "192.0.2.1||helo.example"},
      // Exim
      {" from name.example ([192.0.2.1] helo=helo.example)\r\n\tby mx with esmtp (Exim 4.96)",
       "192.0.2.1|name.example|helo.example"},
      {" from name.example ([192.0.2.1]:4025 helo=helo.example) by mx",
       "192.0.2.1|name.example|helo.example"},
      {" from [192.0.2.1] (helo=helo.example) by mx with esmtp (Exim 4.96)",
       "192.0.2.1||helo.example"},
      {" from [2001:db8::1]:4025 (port=4025 helo=helo.example) by mx", "2001:db8::1||helo.example"},
      {" from [192.0.2.1] (helo=[198.51.100.9]) by mx", "192.0.2.1||[198.51.100.9]"},
      {" from name.example ([192.0.2.1] helo=[198.51.100.9]) by mx",
       "192.0.2.1|name.example|[198.51.100.9]"},
      {" from name.example ([192.0.2.1] helo=helo.example) by mx with esmtp (Exim 4.96)\r\n\t"
       "(envelope-from <\"a) by ( b\"@c.example>) id 1x for \"bob+ by x\"@example.org; Fri, 1 May "
       "2026",
       "192.0.2.1|name.example|helo.example"},
      // Exchange
      {" from helo.example (192.0.2.1) by mx.example.org (10.0.0.1) with Microsoft SMTP\r\n Server "
       "(version=TLS1_2, cipher=X) id 15.20.1; Fri, 1 May 2026",
       "192.0.2.1||helo.example"},
      {" from helo.example (2001:db8::1) by mx (2001:db8::2) with Microsoft SMTP Server",
       "2001:db8::1||helo.example"},
  };
  for (const Row& row : rows) {
    INFO(row.value);
    CHECK(read(row.value) == row.read);
  }
}

TEST_CASE("in doubt there is no client", "[mail]") {
  for (const char* value : {
           "",
           " by mx.example.org (Postfix, from userid 0) id 4X; Fri, 1 May 2026",
           " from helo.example by mx.example.org",                     // No address.
           " from [192.0.2.1] by mx.example.org",                      // Only its own word.
           " from [192.0.2.1] (name.example) by mx",                   //
           " from helo.example (name.example [192.0.2.1]) with SMTP",  // No "by".
           " from helo.example (name.example [192.0.2.1]) x by mx",    // A second word.
           " from a (b [192.0.2.1]) (c [192.0.2.2]) by mx",            // Which one?
           " from a (b [192.0.2.1] [192.0.2.2]) by mx",                //
           " from a (b [192.0.2.1]) by x (c [192.0.2.2]) by mx",       //
           " from a (b [192.0.2.1]) by x; (c [192.0.2.2]) by mx",      //
           " from a (b [192.0.2.1]) by x ( (c [192.0.2.2]) by mx",     //
           " from a (b [192.0.2.1]) by x (\\ (c [192.0.2.2]) by mx",   //
           " from a (b [192.0.2.1]) by x \" (c [192.0.2.2]) by mx",    //
           " from a (b) (c [192.0.2.1]) by mx",                        //
           " from a (b [192.0.2.1) by mx",                             // Not closed.
           " from a (b [192.0.2.1] by mx",                             //
           " from a (b [192.0.2.1\\]) by mx",                          //
           " from a (b [192.0.2.256]) by mx",                          // No address.
           " from a (b [IPv6:fe80::1%eth0]) by mx",                    //
           " from a ([192.0.2.1] ident=x helo=y helo=z) by mx",        //
           " from a (name [192.0.2.1] helo=z) by mx",                  //
           " from a (xhelo=y [192.0.2.1]) by mx",                      //
           " from [192.0.2.1] (ident=x helo=[198.51.100.9]) by mx",    //
           " from a ([192.0.2.1] x=helo=b) by mx",                     //
           " from [192.0.2.1] (port=1) by mx",                         //
           " from helo.example ( 192.0.2.1 x) by mx",                  //
           " from (name [192.0.2.1]) by mx",                           // No HELO.
           " fromhelo (name [192.0.2.1]) by mx",                       //
       }) {
    INFO(value);
    CHECK(read(value) == "none");
  }
}

TEST_CASE("a Received field is read if it is not longer than any server writes", "[mail][limits]") {
  const auto field = [](std::size_t helo_octets) {
    return " from " + std::string(helo_octets, 'a') + " (b [192.0.2.1]) by mx";
  };
  CHECK(read(field(2'000)) == "192.0.2.1|b|" + std::string(2'000, 'a'));
  CHECK(read(field(10'000)) == "none");
  CHECK(read(" from a " + std::string(9'000, '(')) == "none");
}
