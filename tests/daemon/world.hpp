#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/daemon.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/mta.hpp"

// The small world of the daemon's tests: example.com says p=reject and sends from 192.0.2.1.
namespace world {

struct Dns {
  Dns() : server(zone) {
    zone.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
    zone.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  }

  support::FakeResolver zone;
  support::DnsServer server;
};

[[nodiscard]] inline support::Dialogue genuine() {
  support::Dialogue dialogue;
  dialogue.client = "192.0.2.1";
  dialogue.mail_from = "<alice@example.com>";
  dialogue.letter =
      support::Letter::parse("From: alice@example.com\r\nSubject: x\r\n\r\nHello.\r\n");
  return dialogue;
}

// Also when said on a connection of the genuine client.
[[nodiscard]] inline support::Dialogue forged() {
  support::Dialogue dialogue = genuine();
  dialogue.client = "203.0.113.9";
  dialogue.mail_from = "<mallory@evil.example>";
  return dialogue;
}

// One message on a connection of its own.
[[nodiscard]] inline base::Result<support::Answer> deliver(const support::Daemon& daemon,
                                                           const support::Dialogue& dialogue) {
  auto mta = support::Mta::connect(daemon.socket());
  if (!mta) return std::unexpected(mta.error());
  auto answer = mta->deliver(dialogue);
  mta->quit();
  return answer;
}

// The end every daemon should have.
inline void check_good_end(const support::Ending& ending) {
  CHECK(ending.status == 0);
  CHECK(ending.sanitizer_report().value_or("") == "");
}

}  // namespace world
