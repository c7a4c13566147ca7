#include "verify/mail/received.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace {

// "client|name|helo", "internal", or "none".
std::string read(std::string_view value) {
  const mail::Received found = mail::parse_received(value);
  if (found.internal) return found.client ? "both" : "internal";
  if (!found.client) return "none";
  return found.client->text() + "|" + found.client_name + "|" + found.helo;
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
      // Exim, where the HELO name is the client's own literal.
      {" from [192.0.2.1] by mx with esmtp (Exim 4.96)\r\n\tid 1x for b@c.example; Fri, 1 May 2026",
       "192.0.2.1||"},
      {" from [192.0.2.1] (ident=root) by mx with esmtps (TLS1.3) tls TLS_AES (Exim 4.96) id 1x",
       "192.0.2.1||"},
      {" from name.example ([192.0.2.1]:52313) by mx with esmtp (Exim 4.96)",
       "192.0.2.1||name.example"},
      {" from name.example ([192.0.2.1] ident=[W9/Z]) by mx with esmtp (Exim 4.96)",
       "192.0.2.1|name.example|name.example"},
      {" from name.example ([192.0.2.1] helo=helo.example ident=x) by mx with esmtp (Exim 4.96)",
       "192.0.2.1|name.example|helo.example"},
      // qmail, with the ident answer and without; where name and HELO are the same
      {" from unknown (HELO helo.example) (192.0.2.1)\r\n  by mx with SMTP; 1 May 2026 00:00:00",
       "192.0.2.1|unknown|helo.example"},
      {" from name.example (HELO helo) (user@192.0.2.1) by mx with SMTP; 1 May 2026",
       "192.0.2.1|name.example|helo"},
      {" from name.example (HELO helo) (a@198.51.100.9@192.0.2.1) by mx with SMTP; 1 May 2026",
       "192.0.2.1|name.example|helo"},
      {" from unknown (HELO [198.51.100.9]) (192.0.2.1) by mx with SMTP; 1 May 2026",
       "192.0.2.1|unknown|[198.51.100.9]"},
      {" from unknown (HELO [127.0.0.1]) (192.0.2.1) by mx with SMTP; 1 May 2026",
       "192.0.2.1|unknown|[127.0.0.1]"},
      {" from name.example (192.0.2.1) by mx with SMTP; 1 May 2026", "192.0.2.1||name.example"},
      {" from name.example (?dX/x=@192.0.2.1) by mx with SMTP; 1 May 2026",
       "192.0.2.1||name.example"},
      {" from name.example (HELO ) (192.0.2.1) by mx with SMTP; 1 May 2026",
       "192.0.2.1|name.example|"},
      {" from unknown (HELO helo) (2001:db8::1) by mx with ESMTPS; 1 May 2026",
       "2001:db8::1|unknown|helo"},
      // qpsmtpd, MessageLabs, Yahoo, Zimbra
      {" from name.example (HELO [198.51.100.9]) (192.0.2.1)\r\n  by mx (qpsmtpd/0.94) with ESMTP; "
       "x",
       "192.0.2.1|name.example|[198.51.100.9]"},
      {" from name.example (HELO a b) (192.0.2.1) by mx (qpsmtpd/0.94) with ESMTP; x",
       "192.0.2.1|name.example|"},
      {" from name.example (HELO helo.example) (192.0.2.1)\r\n by server-5.tower-9.messagelabs.com "
       "with AES256-SHA encrypted SMTP; 1 May 2026 12:00:00 -0000",
       "192.0.2.1|name.example|helo.example"},
      {" from [192.0.2.1] (using TLSv1.2 with cipher X (256/256 bits))\r\n by "
       "server-5.bemta.az-a.eu-west-1.aws.symcld.messagelabs.com id 1/2-3; Fri, 01 May 2026",
       "192.0.2.1||"},
      {" from 127.0.0.1  (EHLO helo.example) (192.0.2.1)\r\n by mta1.mail.yahoo.com with SMTP; x",
       "192.0.2.1||helo.example"},
      {" from mail.example (LHLO mail.example) (192.0.2.1) by mail.example with LMTP; x",
       "192.0.2.1|mail.example|mail.example"},
      // IronPort
      {" from name.example (HELO helo.example) ([192.0.2.1])\r\n  by esa.example.org with "
       "ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384; 01 May 2026 00:00:00 +0000",
       "192.0.2.1|name.example|helo.example"},
      {" from name.example (HELO [198.51.100.9]) ([192.0.2.1]) by esa.example.org with ESMTP; x",
       "192.0.2.1|name.example|[198.51.100.9]"},
      {" from name.example ([192.0.2.1])\r\n  by esa.example.org with ESMTP/TLS/AES128-SHA; x",
       "192.0.2.1||name.example"},
      // CommuniGate
      {" from [192.0.2.1] (HELO helo.example)\r\n  by mx (CommuniGate Pro SMTP 6.2.4)\r\n  with "
       "ESMTP id 1234567 for bob@example.org; Fri, 01 May 2026",
       "192.0.2.1||helo.example"},
      {" from [192.0.2.1] (HELO [198.51.100.9]) by mx (CommuniGate Pro SMTP 6.2.4)",
       "192.0.2.1||[198.51.100.9]"},
      {" from [192.0.2.1] (account bob@example.org HELO [198.51.100.9]) by mx (CommuniGate Pro "
       "SMTP "
       "6.2.4)",
       "192.0.2.1||"},
      {" from helo.example ([192.0.2.1] verified) by mx (CommuniGate Pro SMTP 6.2.4)",
       "192.0.2.1||helo.example"},
      // Courier, OpenSMTPD, Haraka, Google
      {" from helo (name.example [::ffff:192.0.2.1])\r\n  (TLS: TLSv1.2,256bits,X)\r\n  by mx with "
       "esmtps; Fri, 01 May 2026",
       "192.0.2.1|name.example|helo"},
      {" from helo (softdnserr [::ffff:192.0.2.1]) by mx with esmtp; x",
       "192.0.2.1|softdnserr|helo"},
      {" from helo (<unknown> [192.0.2.1]) by mx (OpenSMTPD) with ESMTP id 1 for <b@c.example>; x",
       "192.0.2.1|<unknown>|helo"},
      {" from helo (NXDOMAIN [192.0.2.1]) by mx (Haraka/2.8.28) with ESMTP id 1.1 envelope-from "
       "<a@b.example>; x",
       "192.0.2.1|NXDOMAIN|helo"},
      {" from helo (name.example. [192.0.2.1])\r\n by mx.google.com with ESMTPS id f16 for "
       "<b@c.example> (version=TLS1_3 cipher=X bits=256/256); x",
       "192.0.2.1|name.example|helo"},
      {" from helo ([2001:db8::1]) by mx.google.com with ESMTPSA id x (version=TLS1_2)",
       "2001:db8::1||helo"},
      // A host whose name is one word, where the server is known
      {" from helo (mail1 [192.0.2.1]) by mx (Postfix) with ESMTP id 4X", "192.0.2.1|mail1|helo"},
      {" from helo (mail1 [192.0.2.1]) by mx (8.17.1/8.17.1) with ESMTP id 4X",
       "192.0.2.1|mail1|helo"},
      {" from helo (name.example [192.0.2.1])\r\n\t(authenticated bits=0)\r\n\tby mx "
       "(8.14.4/8.14.4)",
       "192.0.2.1|name.example|helo"},
      {" from [198.51.100.9] ([192.0.2.1]) by mx (8.17.1/8.17.1) with ESMTP id 4X",
       "192.0.2.1||[198.51.100.9]"},
      {" from [192.0.2.1] ([192.0.2.1]) by mx with ESMTP id 4X", "192.0.2.1||[192.0.2.1]"},
      // Domino, Microsoft's SMTP service, XMail, hMailServer, Dovecot, amavisd
      {" from helo.example ([192.0.2.1])\r\n by mx (IBM Domino Release 9.0.1FP10 HF197)\r\n with "
       "ESMTP id 2018100111202767-369529 ; Fri, 1 May 2026",
       "192.0.2.1||helo.example"},
      {" from helo ([192.0.2.1] RDNS failed) by mx with Microsoft SMTPSVC(6.0.3790.4675); x",
       "192.0.2.1||helo"},
      {" from helo.example (192.0.2.1:23198) by mx (198.51.100.9:25) with [XMail 1.20 ESMTP "
       "Server] "
       "id <S72E> for <b@c.example> from <a@b.example>; x",
       "192.0.2.1||helo.example"},
      {" from helo.example (name.example [192.0.2.1]) by mx with ESMTPS ; Fri, 1 May 2026",
       "192.0.2.1|name.example|helo.example"},
      {" from mx.example.org\r\n\t([192.0.2.1])\r\n\tby store.example.org with LMTP\r\n\tid x",
       "192.0.2.1||mx.example.org"},
      {" from mx.example.org ([127.0.0.1])\r\n by localhost (mx.example.org [127.0.0.1]) "
       "(amavisd-new, port 10024)\r\n with ESMTP id x; x",
       "127.0.0.1||mx.example.org"},
      {" from [198.51.100.9] (192.0.2.1) by mx (10.0.0.1) with Microsoft SMTP Server id 15.20",
       "192.0.2.1||[198.51.100.9]"},
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
           // The only address is what the client called itself.
           " from a.example (HELO [192.0.2.1]) by mx with SMTP",
           " from a.example (EHLO [192.0.2.1]) by mx with SMTP",
           " from a.example (HELO=[192.0.2.1]) by mx with SMTP",
           " from a.example (helo [192.0.2.1]) by mx with SMTP",
           " from a.example (said [192.0.2.1]) by mx with SMTP",
           " from [192.0.2.1] (HELO helo.example) by mx with SMTP",  // No CommuniGate.
           " from [192.0.2.1] (using TLSv1.3 with cipher X) by mx with ESMTP",
           " from [192.0.2.1] by mx with esmtp id x for <(Exim 4.96)@c.example>",
           " from [198.51.100.9] ([192.0.2.1]) by mx with ESMTP",  // Which one?
           " from [198.51.100.9] (192.0.2.1) by mx with ESMTP",
           " from [198.51.100.9] (HELO x) (192.0.2.1) by mx with ESMTP",
           " from a.example (b.example [192.0.2.1]) (198.51.100.9) by mx",
           " from a.example (HELO x) (b [192.0.2.1]) by mx",
           " from a.example (HELO x) (192.0.2.1) (HELO y) by mx",
           " from a.example (HELO x) (192.0.2.1) (198.51.100.9) by mx",
           " from a.example (HELO x) (192.0.2.1) by mx (( ) (198.51.100.9) by mx with SMTP)",
           " from a ((x) by b) (b.example [192.0.2.1]) by mx (Postfix)",
           " from [198.51.100.9] (helo=x [192.0.2.1]) by mx (8.17.1/8.17.1) with SMTP id 1",
           " from [198.51.100.9] (helo=x.example [192.0.2.1]) by mx (Postfix) with SMTP id 4X",
           " from [198.51.100.9] (port=25 helo=x [192.0.2.1]) by mx with SMTP",
           " from a.example (helo=x@192.0.2.1) by mx with smtp id 1x",
           " from a (b [198.51.100.9])(Client CN \"x [192.0.2.1]) by mx (8.17.1/8.17.1) with SMTP",
           " from a ([198.51.100.9] helo=x [192.0.2.1]) by mx (8.17.1/8.17.1) with SMTP id 1",
           " from a ([198.51.100.9] port=25 helo=x@b.example [192.0.2.1]) by mx (Postfix) with SMTP",
           " from a ([198.51.100.9]) (192.0.2.1:4025) by mx with [XMail 1.27 ESMTP Server]",
           " from a ([198.51.100.9]) (b.example 192.0.2.1) by mx with SMTP",
           // No client, and no word that says where it came from.
           " by mx.example.org with ESMTPSA id 4X; Fri, 1 May 2026",
           " by mx.example.org (Postfix) with ESMTPSA id 4X; Fri, 1 May 2026",
           " by mail-x1.relay.example with SMTP id d9-1d7; Fri, 1 May 2026",
           " by 10.36.73.24 with HTTP; Fri, 1 May 2026",
           " from 1234 named unknown by gmailapi.google.com with HTTPREST; Fri, 1 May 2026",
           " from root by mx with smtp (Exim 4.96) id 1x",
           " from root by mx with local id 1x",
           " from x.example by mx with local (Exim 4.96) id 1x",
           " (qmail invoked from network); 1 May 2026",
           " (from a.example [192.0.2.1]) by mx (8.17.1/8.17.1)",
           " from a (helo=x [local]) by mx (OpenSMTPD) with SMTP",
           " from a (x [local]) by mx with SMTP",
       }) {
    INFO(value);
    CHECK(read(value) == "none");
  }
}

TEST_CASE("a Received field is read if it is not longer than any server writes", "[mail][limits]") {
  const auto field = [](std::size_t helo_octets) {
    return " from " + std::string(helo_octets, 'a') + " (b.example [192.0.2.1]) by mx";
  };
  CHECK(read(field(2'000)) == "192.0.2.1|b.example|" + std::string(2'000, 'a'));
  CHECK(read(field(10'000)) == "none");
  CHECK(read(" from a " + std::string(9'000, '(')) == "none");
}

TEST_CASE("a program on the server's own host is told from a client without a name", "[mail]") {
  for (const char* value :
       {" by mx.example.org (Postfix, from userid 0) id 4X; Fri, 1 May 2026",
        " by mx.example.org (Mailer, from userid 112)\r\n\tid 4X; Fri, 1 May 2026",
        " (qmail 99419 invoked from network); 1 May 2026 22:27:07 -0000",
        " (qmail 76297 invoked by uid 60001); 1 May 2026 07:06:32 -0000",
        " (qmail 76297 invoked by alias); 1 May 2026 07:06:32 -0000",
        " (from root@localhost)\r\n\tby mx (8.17.1/8.17.1/Submit) id 4X; Fri, 1 May 2026",
        " from root by mx with local (Exim 4.96)\r\n\t(envelope-from <root@mx>)\r\n\tid 1x; x",
        " from mail by mx with spam-scanned (Exim 4.96) (envelope-from <a@b.example>) id 1x; x",
        " from [127.0.0.1] ([local]) by mx (envelope-from <a@b.example>) (ecelerity 4.2) with X; x",
        " from localhost (mx.example.org [local]) by mx.example.org (OpenSMTPD) with ESMTPA id 1; "
        "x",
        " by 10.202.87.23 with SMTP id l23csp2156992oib;\r\n Mon, 11 Jan 2026 07:33:37 -0800 (PST)",
        " by 2002:a6b:e610:0:0:0:0:0 with SMTP id g16-v6csp2167100ioh; Fri, 1 May 2026",
        " by mail-wm0-x22d.google.com with SMTP id f206so266 for <b@c.example>; Fri, 1 May 2026"}) {
    INFO(value);
    CHECK(read(value) == "internal");
  }
}

TEST_CASE("the writer of a Received field is told", "[mail]") {
  CHECK(mail::parse_received(" by mx.example.org with SMTP id x; y").by == "mx.example.org");
  CHECK(mail::parse_received(" from a (b.c [192.0.2.1]) by mx (Postfix)").by == "mx");
  CHECK(mail::parse_received(" from a (b.c [192.0.2.1]) by x by y").by.empty());
  CHECK(mail::parse_received(" (qmail 1 invoked from network); x").by.empty());
}
