#include "milter/session.hpp"

#include <filesystem>
#include <thread>

#include "tests/milter/session_world.hpp"

using namespace session_world;

TEST_CASE("several messages on one connection are judged one by one", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  support::tell_connection(session, genuine());
  CHECK(deliver(session, genuine()).decision.rule == "dmarc-pass");

  Dialogue other = genuine();
  other.mail_from = "<mallory@evil.example>";
  other.queue_id = "4XSECOND";
  const Response second = deliver(session, other);
  CHECK(second.decision.action == Action::reject);
  const auto event = last_event(gateway);
  CHECK(event["queue_id"] == "4XSECOND");
  CHECK(event["client"]["ip"] == "192.0.2.1");  // Of the connection.
  CHECK(gateway.events().size() == 2);
}

TEST_CASE("an aborted message leaves no event and nothing for the next one", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  support::tell_connection(session, genuine());
  Dialogue first = genuine();
  first.letter = Letter::parse(
      "From: mallory@evil.example\r\n"
      "Authentication-Results: mx.example.org; spf=pass\r\n\r\nx\r\n");

  SECTION("after MAIL FROM") { session.mail_from("<mallory@evil.example>", false); }
  SECTION("in the header") {
    session.mail_from("<mallory@evil.example>", false);
    session.header("From", " mallory@evil.example");
  }
  SECTION("after the body") { support::tell_message(session, first); }
  SECTION("without a message") {}
  session.abort();

  const Response response = deliver(session, genuine());
  CHECK(response.decision.rule == "dmarc-pass");
  CHECK(response.edits.size() == 1);  // Nothing to remove in this one.
  CHECK(gateway.events().size() == 1);
}

TEST_CASE("a message aborted while its DNS answers are on the way is forgotten", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  support::tell_connection(session, genuine());
  dns.hold();
  support::tell_message(session, genuine());
  session.abort();
  dns.release();
  CHECK(deliver(session, genuine()).decision.rule == "dmarc-pass");
}

TEST_CASE("a session that ends in the middle of a message is no trouble", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  dns.hold();
  {
    Session session(gateway.services());
    support::tell_connection(session, genuine());
    support::tell_message(session, genuine());
  }
  dns.release();
  CHECK(gateway.events().empty());
}

TEST_CASE("the reverse look-up begins with the connection", "[milter][RFC 8601 §3]") {
  FakeResolver dns;
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  session.connect(base::IpAddress::parse("192.0.2.1"), "mail.example.com", "mx.example.org");
  CHECK(dns.count("1.2.0.192.in-addr.arpa", dns::Type::ptr) == 1);
  session.connect(std::nullopt, "localhost", "mx.example.org");
  CHECK(dns.count() == 1);
}

TEST_CASE("a client that never said HELO is judged all the same", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Dialogue dialogue = genuine();
  dialogue.helo.clear();
  Session session(gateway.services());
  support::tell_connection(session, dialogue);
  CHECK(deliver(session, dialogue).decision.rule == "dmarc-pass");
  CHECK(last_event(gateway)["helo"] == "");
}

TEST_CASE("without any macro the configured name and an empty queue id stand in", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  session.connect(base::IpAddress::parse("192.0.2.1"), "unknown", "");
  support::tell_message(session, genuine());
  const Response response = session.end_of_message("");
  REQUIRE(inserts(response, "Authentication-Results"));
  CHECK(response.edits.back().value.starts_with(" mx.example.org;"));
  CHECK(last_event(gateway)["queue_id"] == "");
  CHECK(last_event(gateway)["gateway"] == "mx.example.org");
}

TEST_CASE("without a configured name the MTA's own is used", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, "");
  Session session(gateway.services());
  session.connect(base::IpAddress::parse("192.0.2.1"), "unknown", "relay7.example.org");
  Dialogue dialogue = genuine();
  dialogue.letter.insert(0, "Authentication-Results", " relay7.example.org; spf=pass");
  dialogue.letter.insert(0, "Authentication-Results", " relay8.example.org; spf=pass");
  const Response response = deliver(session, dialogue);
  CHECK(response.edits.back().value.starts_with(" relay7.example.org;"));
  REQUIRE(response.edits.front().kind == HeaderEdit::Kind::remove);
  CHECK(response.edits.front().occurrence == 2);
  CHECK(response.edits.size() == 2);
}

TEST_CASE("an end of message without MAIL FROM is answered and forgotten", "[milter]") {
  FakeResolver dns;
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  support::tell_connection(session, genuine());
  session.rcpt_to("<bob@example.org>");
  session.header("From", " alice@example.com");
  session.end_of_headers();
  session.body("x");
  CHECK(session.end_of_message("4X").edits.empty());
  CHECK(gateway.events().empty());
}

TEST_CASE("a message without body is judged", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  Dialogue dialogue = genuine();
  dialogue.letter.body.clear();
  support::tell_connection(session, dialogue);
  CHECK(deliver(session, dialogue).decision.rule == "dmarc-pass");
}

TEST_CASE("an end of message right after MAIL FROM has no author", "[milter]") {
  FakeResolver dns;
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  support::tell_connection(session, genuine());
  session.mail_from("<alice@example.com>", false);
  session.end_of_headers();
  CHECK(session.end_of_message("4X").decision.rule == "from-missing");
}

TEST_CASE("the body of a trusted client's mail is ignored", "[milter]") {
  FakeResolver dns;
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  Dialogue dialogue = genuine();
  dialogue.client = "127.0.0.1";
  support::tell_connection(session, dialogue);
  session.mail_from(dialogue.mail_from, false);
  session.header("From", " alice@example.com");
  session.end_of_headers();
  session.body("x");
  CHECK(session.end_of_message("4X").decision.rule == "trusted-network");
  CHECK(dns.count() == 0);
}

TEST_CASE("a spool that fails does not change the answer", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  auto services = std::make_shared<milter::Services>(*gateway.services());
  std::vector<bool> stored;
  services->observe = [&](const event::Event&, bool kept) { stored.push_back(kept); };
  std::filesystem::remove_all(gateway.spool_folder());
  Session session(services);
  support::tell_connection(session, genuine());
  CHECK(deliver(session, genuine()).decision.rule == "dmarc-pass");
  CHECK(stored == std::vector<bool>{false});
}

TEST_CASE("the observer sees each message once, after it was stored", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  auto services = std::make_shared<milter::Services>(*gateway.services());
  std::vector<std::string> seen;
  services->observe = [&](const event::Event& event, bool kept) {
    CHECK(kept);
    CHECK(gateway.events().size() == seen.size() + 1);
    seen.push_back(event.decision.rule);
  };
  Session session(services);
  support::tell_connection(session, genuine());
  (void)deliver(session, genuine());
  session.mail_from("<aborted@example.com>", false);
  session.abort();
  (void)deliver(session, genuine());
  CHECK(seen == std::vector<std::string>{"dmarc-pass", "dmarc-pass"});
}

TEST_CASE("the events of one connection may come on different threads", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  const auto elsewhere = [](auto step) { std::thread(step).join(); };
  elsewhere([&] { support::tell_connection(session, genuine()); });
  elsewhere([&] { support::tell_message(session, genuine()); });
  Response response;
  elsewhere([&] { response = session.end_of_message("4X"); });
  CHECK(response.decision.rule == "dmarc-pass");
}

TEST_CASE("a header section past its limit is not checked, and said to be so", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Dialogue dialogue = genuine();
  for (int i = 0; i < 5; ++i) {
    dialogue.letter.fields.insert(dialogue.letter.fields.begin(),
                                  {"X-Filler", std::string(60'000, 'x')});
  }
  Session session(gateway.services());
  support::tell_connection(session, dialogue);
  CHECK(deliver(session, dialogue).decision.rule == "header-too-large");
  CHECK(last_event(gateway)["dmarc"]["result"] == "permerror");
}

TEST_CASE("more recipients than are kept are no trouble", "[milter][limits]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Dialogue dialogue = genuine();
  dialogue.recipients.assign(10'001, "<bob@example.org>");
  Session session(gateway.services());
  support::tell_connection(session, dialogue);
  CHECK(deliver(session, dialogue).decision.rule == "dmarc-pass");
  CHECK(last_event(gateway)["recipients"] == 10'000);
}
