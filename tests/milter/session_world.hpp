#pragma once

#include <algorithm>
#include <string_view>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "milter/session.hpp"
#include "tests/support/gateway.hpp"

// A session in front of a gateway, and what example.com sends through it.
namespace session_world {

using milter::HeaderEdit;
using milter::Response;
using milter::Session;
using policy::Action;
using support::Dialogue;
using support::FakeResolver;
using support::Gateway;
using support::Letter;

inline constexpr std::string_view settings = "milter.authserv_id = \"mx.example.org\"\n";

// example.com says p=reject and sends from 192.0.2.1.
inline void publish(FakeResolver& dns) {
  dns.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
  dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
}

inline Dialogue genuine() {
  Dialogue dialogue;
  dialogue.client = "192.0.2.1";
  dialogue.mail_from = "<alice@example.com>";
  dialogue.letter = Letter::parse("From: alice@example.com\r\nSubject: x\r\n\r\nHello.\r\n");
  return dialogue;
}

inline Dialogue forged() {
  Dialogue dialogue = genuine();
  dialogue.client = "203.0.113.9";
  return dialogue;
}

inline Response deliver(Session& session, const Dialogue& dialogue) {
  support::tell_message(session, dialogue);
  return session.end_of_message(dialogue.queue_id);
}

inline nlohmann::json last_event(const Gateway& gateway) {
  const auto events = gateway.events();
  REQUIRE_FALSE(events.empty());
  return nlohmann::json::parse(events.back());
}

inline bool inserts(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.edits, [&](const HeaderEdit& edit) {
    return edit.kind == HeaderEdit::Kind::insert_first && edit.name == name;
  });
}

}  // namespace session_world
