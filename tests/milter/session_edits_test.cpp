// What a session has the MTA change in a message.
#include "tests/milter/session_world.hpp"

using namespace session_world;

TEST_CASE("forged fields are removed from the last to the first, then ours go on top",
          "[milter][RFC 8601 §5]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, std::string(settings) + "policy.preset = \"monitor\"\n");
  Dialogue dialogue = forged();
  dialogue.letter = Letter::parse(
      "Authentication-Results: mx.example.org; spf=pass\r\n"
      "X-Postern-Quarantine: no\r\n"
      "Authentication-Results: mx.example.net; spf=pass\r\n"
      "Authentication-Results: MX.example.org; dkim=pass\r\n"
      "x-postern-quarantine: no\r\n"
      "From: alice@example.com\r\n\r\n");
  Session session(gateway.services());
  support::tell_connection(session, dialogue);
  const Response response = deliver(session, dialogue);

  std::vector<std::string> seen;
  for (const HeaderEdit& edit : response.edits) {
    seen.push_back((edit.kind == HeaderEdit::Kind::remove ? "-" : "+") + edit.name + " " +
                   std::to_string(edit.occurrence));
  }
  CHECK(seen == std::vector<std::string>{"-Authentication-Results 3", "-Authentication-Results 1",
                                         "-X-Postern-Quarantine 2", "-X-Postern-Quarantine 1",
                                         "+Authentication-Results 0"});
  const Letter delivered = support::answer_of(response, dialogue.letter).letter;
  CHECK(delivered.values("Authentication-Results").size() == 2);
  CHECK(delivered.values("X-Postern-Quarantine").empty());
}

TEST_CASE("fields of ours are removed up to a limit; past it the message is refused",
          "[milter][limits][RFC 8601 §5]") {
  FakeResolver dns;
  publish(dns);
  const std::string monitor = std::string(settings) + "policy.preset = \"monitor\"\n";
  for (const auto& [name, value] :
       {std::pair("Authentication-Results", " mx.example.org; dmarc=pass"),
        std::pair("X-Postern-Quarantine", " no"), std::pair("X-Signals", " none")}) {
    for (const int count : {100, 101, 20'000}) {
      for (const bool authenticated : {false, true}) {
        for (const bool enforcing : {true, false}) {
          const Gateway gateway(dns, (enforcing ? std::string(settings) : monitor) +
                                         "policy.signals_header = \"X-Signals\"\n");
          Dialogue dialogue = genuine();
          if (authenticated) dialogue.auth_user = "alice";
          dialogue.letter.fields.insert(dialogue.letter.fields.end(),
                                        static_cast<std::size_t>(count), {name, value});
          Session session(gateway.services());
          support::tell_connection(session, dialogue);
          const Response response = deliver(session, dialogue);
          INFO(name << ' ' << count << ' ' << authenticated << ' ' << enforcing);
          CHECK(last_event(gateway)["circumstances"]["own_fields"] == count);
          const auto removed =
              std::ranges::count(response.edits, HeaderEdit::Kind::remove, &HeaderEdit::kind);
          if (count == 100) {
            CHECK(response.decision.action == Action::accept);
            CHECK(removed == 100);
            continue;
          }
          CHECK(response.decision.rule == "own-fields-too-many");
          CHECK(response.decision.would == Action::reject);
          CHECK(response.decision.action == (enforcing ? Action::reject : Action::tag));
          CHECK(removed == 0);
          // In monitor ours is the topmost, all the same.
          CHECK(inserts(response, "Authentication-Results") != enforcing);
        }
      }
    }
  }
}

TEST_CASE("the results stand above the quarantine header", "[milter]") {
  FakeResolver dns;
  dns.add_txt("_dmarc.example.com", "v=DMARC1; p=quarantine");
  const Gateway gateway(dns, settings);
  Session session(gateway.services());
  support::tell_connection(session, forged());
  const Response response = deliver(session, forged());
  const Letter delivered = support::answer_of(response, forged().letter).letter;
  REQUIRE(delivered.fields.size() == 4);
  CHECK(delivered.fields[0].name == "Authentication-Results");
  CHECK(delivered.fields[1].name == "X-Postern-Quarantine");
  CHECK(response.hold_reason.empty());
}

TEST_CASE("a refused message is not edited", "[milter]") {
  FakeResolver dns;
  publish(dns);
  const Gateway gateway(dns, settings);
  Dialogue dialogue = forged();
  dialogue.letter.insert(0, "Authentication-Results", " mx.example.org; spf=pass");
  Session session(gateway.services());
  support::tell_connection(session, dialogue);
  const Response response = deliver(session, dialogue);
  CHECK(response.decision.action == Action::reject);
  CHECK(response.edits.empty());
  CHECK(response.decision.reply.code == 550);
  CHECK_THAT(response.decision.reply.text,
             Catch::Contains(last_event(gateway)["id"].get<std::string>()));
}

TEST_CASE("a From field that the MTA will write is judged where it may be delivered",
          "[milter][RFC 5321 §4.1.1.3]") {
  FakeResolver dns;
  publish(dns);
  const auto rule = [&](const std::string& more, const std::string& mail_from, bool writes_from,
                        const std::string& letter = "Subject: x\r\n\r\nx\r\n") {
    const Gateway gateway(dns, std::string(settings) + more);
    Session session(gateway.services());
    session.connect(base::IpAddress::parse("203.0.113.9"), "unknown", "mx.example.org",
                    writes_from);
    Dialogue dialogue = forged();
    dialogue.mail_from = mail_from;
    dialogue.letter = Letter::parse(letter);
    return deliver(session, dialogue).decision.rule;
  };
  const std::string tag = "policy.from_fault = \"tag\"\n";
  CHECK(rule("", "<ceo@example.com>", true) == "from-missing");
  for (const char* held :
       {"policy.from_fault = \"tag\"\n", "policy.from_fault = \"accept\"\n",
        "policy.enforce = \"tag\"\n", "policy.percent = 50\n", "policy.preset = \"monitor\"\n",
        "[[tenant]]\nrecipients = [\"example.net\"]\nfrom_fault = \"tag\"\n"}) {
    INFO(held);
    CHECK(rule(held, "<ceo@example.com>", true) == "dmarc-reject");
    CHECK(rule(held, "<@relay.example:ceo@example.com>", true) == "dmarc-reject");
    CHECK(rule(held, "ceo@example.com", true) == "dmarc-reject");
    CHECK(rule(held, "<>", true) == "from-missing");
    CHECK(rule(held, "<@>", true) == "from-missing");
    CHECK(rule(held, "<ceo@example.com>", false) == "from-missing");  // Postfix adds nothing.
  }
  CHECK(rule(tag, "<ceo@example.com>", true, "From: a@other.example\r\n\r\nx\r\n") == "no-dmarc");
  CHECK(rule(tag, "<ceo@example.com>", true, "From : a@other.example\r\n\r\nx\r\n") == "no-dmarc");
}
