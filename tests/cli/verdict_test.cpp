#include "cli/verdict.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/sample_event.hpp"

TEST_CASE("the verdict is told with the reasons that led to it", "[cli]") {
  const std::string key_mismatch(dkim::name(dkim::Reason::body_hash_mismatch));
  CHECK(cli::describe(support::sample_event()) ==
        "  verdict   reject, rule dmarc-reject\n"
        "  why       nothing aligned; SPF -all\n"
        "  for       nothing-authenticated, spf-fail\n"
        "  reply     550 5.7.1 Email rejected per DMARC policy for example.com "
        "(see 0mnzk3r1q3000abc1234)\n"
        "  client    192.0.2.1, reverse name mail.example.net (iprev=pass)\n"
        "  from      example.com\n"
        "  spf       none (helo mail.example.net)\n"
        "            fail (mail_from example.com, by -all) "
        "example.com sends from 198.51.100.0/24 only\n"
        "  dkim      fail (d=example.com s=s1 a=rsa-sha256, 2048 bits) " +
            key_mismatch +
            "\n"
            "  arc       none\n"
            "  dmarc     fail (p=reject of example.com)\n"
            "  aligned   spf no, dkim no (organizational domain example.com)\n"
            "  cost      8 DNS questions, 1234 us\n"
            "  event     0mnzk3r1q3000abc1234\n");
}

TEST_CASE("what would have been done, and the fault of From, are told", "[cli]") {
  event::Event event = support::sample_event();
  event.decision.action = policy::Action::tag;
  event.facts.from_fault = mail::FromFault::repeated;
  const std::string text = cli::describe(event);
  CHECK(text.contains("tag (would reject), rule"));
  CHECK(text.contains("no single author: repeated"));
}

TEST_CASE("a trusted client's verdict claims no checks", "[cli]") {
  event::Event event;
  event.verified = false;
  event.decision.rule = "trusted-network";
  const std::string text = cli::describe(event);
  CHECK(text.contains("accept, rule trusted-network"));
  CHECK_FALSE(text.contains("dmarc"));
}

TEST_CASE("hostile fields stay printable and bounded", "[cli]") {
  const std::string text = cli::describe(support::monstrous_event());
  CHECK(text.size() < 60'000);
  CHECK(std::ranges::all_of(text, [](char c) { return c == '\n' || c < 0 || c >= ' '; }));
}
