#include <string>

#include <catch2/catch.hpp>

#include "event/event.hpp"
#include "tests/support/sample_event.hpp"

TEST_CASE("the log line tells verdict, action and reason in one order", "[event][log]") {
  event::Event event = support::sample_event();
  CHECK(event::to_log_line(event) ==
        "client=192.0.2.1 from=example.com spf=fail dkim=fail(body_hash_mismatch,d=example.com) "
        "dmarc=fail p=reject action=reject rule=dmarc-reject why=\"nothing aligned; SPF -all\" "
        "event=0mnzk3r1q3000abc1234");
  event.decision.action = policy::Action::tag;
  event.facts.dkim.clear();
  CHECK(event::to_log_line(event) ==
        "client=192.0.2.1 from=example.com spf=fail dkim=none dmarc=fail p=reject action=tag "
        "would=reject rule=dmarc-reject why=\"nothing aligned; SPF -all\" "
        "event=0mnzk3r1q3000abc1234");
}

TEST_CASE("the log line shows each signature", "[event][log]") {
  event::Event event = support::sample_event();
  dkim::Result pass;
  pass.status = dkim::Status::pass;
  pass.domain = base::Domain::parse("example.org");
  event.facts.dkim.push_back(pass);
  CHECK(event::to_log_line(event).find(
            " dkim=fail(body_hash_mismatch,d=example.com),pass(d=example.org) ") !=
        std::string::npos);
}

TEST_CASE("the log line of unverified mail claims no result", "[event][log]") {
  event::Event event;
  event.id = "x";
  event.verified = false;
  event.decision.rule = "trusted-network";
  CHECK(event::to_log_line(event) ==
        "client=local from=- spf=- dkim=- dmarc=- p=- action=accept rule=trusted-network why=\"\" "
        "event=x");
}

TEST_CASE("the log line stays one bounded printable line", "[event][log]") {
  const std::string line = event::to_log_line(support::monstrous_event());
  CHECK(line.size() < 4000);
  CHECK(line.find_first_of("\n\r\x1b") == std::string::npos);
}
