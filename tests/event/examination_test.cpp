#include "event/examination.hpp"

#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"

namespace {

// What an examination needs, over a DNS that is only data. example.com rejects what does not come
// from 192.0.2.1; our relay is 198.51.100.7, our own network 203.0.113.0/24.
struct Lab {
  support::FakeResolver dns;
  base::WorkerPool workers{2, 100};
  dkim::KeyCache keys;
  verify::Options options;
  policy::Rules rules;
  std::function<policy::Circumstances(const verify::Facts&)> circumstances;
  std::optional<event::FailureCapture> failures;
  verify::Connection connection{.client = base::IpAddress::parse("192.0.2.1"),
                                .client_name = "mail.example.com",
                                .helo = "mail.example.com",
                                .receiver = "mx.example.org"};

  Lab() {
    dns.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
    dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
    rules.trust.relays = {*base::Network::parse("198.51.100.7/32")};
    rules.trust.networks = {*base::Network::parse("203.0.113.0/24"),
                            *base::Network::parse("127.0.0.0/8")};
  }

  event::Event examine(const std::string& received = "") {
    event::Examination examination(
        connection, "a@example.com",
        {options, rules, {dns, workers, keys}, circumstances, failures ? &*failures : nullptr}, {});
    examination.recipient("bob@example.org");
    mail::Headers headers;
    if (!received.empty()) REQUIRE(headers.add({"Received", received}, 1 << 20));
    REQUIRE(headers.add({"From", " <a@example.com>"}, 1 << 20));
    examination.end_of_headers(std::move(headers), true);
    examination.body("Hello.\r\n");
    return examination.finish("0id");
  }
};

std::string from(const std::string& client) {
  return " from h.example (n.example [" + client + "]) by relay.example.org (Postfix)";
}

}  // namespace

TEST_CASE("an examination ends in an event", "[event]") {
  Lab lab;
  const event::Event event = lab.examine();
  CHECK(event.id == "0id");
  CHECK(event.verified);
  CHECK(event.connection == lab.connection);
  CHECK(event.envelope.mail_from == "a@example.com");
  CHECK(event.envelope.recipients == std::vector<std::string>{"bob@example.org"});
  CHECK(event.decision.rule == "dmarc-pass");
  CHECK(event.facts.message.size > 8);
  CHECK(event.timings.total >= event.timings.finish);
}

TEST_CASE("paths are taken as SMTP has them", "[event][RFC 5321 §4.1.1]") {
  Lab lab;
  const event::Examination::Terms terms{
      lab.options, lab.rules, {lab.dns, lab.workers, lab.keys}, lab.circumstances};
  event::Examination examination(lab.connection, " <a@example.com>", terms, {});
  for (const char* path :
       {"<bob@example.org>", "carol@example.org", "<>", "<", "\"<\"@example.org"})
    examination.recipient(path);
  const verify::Envelope envelope = examination.finish("0id").envelope;
  CHECK(envelope.mail_from == "a@example.com");
  CHECK(envelope.recipients == std::vector<std::string>{"bob@example.org", "carol@example.org", "",
                                                        "<", "\"<\"@example.org"});
}

TEST_CASE("the last of very many recipients has a say", "[event][limits]") {
  Lab lab;
  lab.connection.client = base::IpAddress::parse("192.0.2.2");
  policy::Tenant mild{"mild", {"mild.example"}, {}, {}};
  mild.stance.preset = policy::Preset::monitor;
  lab.rules.tenants = policy::Tenants({mild});
  const event::Examination::Terms terms{
      lab.options, lab.rules, {lab.dns, lab.workers, lab.keys}, lab.circumstances};
  const auto tenant_of_last = [&](std::size_t recipients) {
    event::Examination examination(lab.connection, "a@example.com", terms, {});
    while (recipients-- > 1)
      examination.recipient("<bob@example.org>");
    examination.recipient("<carol@mild.example>");
    mail::Headers headers;
    REQUIRE(headers.add({"From", " <a@example.com>"}, 1 << 20));
    examination.end_of_headers(std::move(headers), true);
    return examination.finish("0id").decision.tenant;
  };
  CHECK(tenant_of_last(event::Examination::recipients_max) == "mild");
  CHECK(tenant_of_last(event::Examination::recipients_max + 1) == "");
}

TEST_CASE("nothing is looked up for a trusted client", "[event]") {
  Lab lab;
  lab.connection.client = base::IpAddress::parse("203.0.113.5");
  const event::Event event = lab.examine();
  CHECK_FALSE(event.verified);
  CHECK(event.decision.rule == "trusted-network");
  CHECK(lab.dns.count() == 0);
}

TEST_CASE("mail through a relay is judged as of the client before it", "[event]") {
  Lab lab;
  lab.connection.client = base::IpAddress::parse("198.51.100.7");
  lab.connection.authenticated = true;  // Relays may log in here: that says nothing of the mail.

  const event::Event genuine = lab.examine(from("192.0.2.1"));
  CHECK(genuine.decision.rule == "dmarc-pass");
  CHECK(genuine.connection.client == base::IpAddress::parse("192.0.2.1"));
  CHECK(genuine.connection.relay == base::IpAddress::parse("198.51.100.7"));
  CHECK(genuine.connection.helo == "h.example");

  CHECK(lab.examine(from("192.0.2.2")).facts.dmarc.status == dmarc::Status::fail);

  const event::Event own = lab.examine(from("203.0.113.5"));
  CHECK(own.decision.rule == "trusted-network");
  CHECK(own.connection.relay);
}

TEST_CASE("an origin that cannot be read is nobody's failure, and nobody to trust", "[event]") {
  Lab lab;
  lab.connection.client = base::IpAddress::parse("198.51.100.7");
  for (const std::string& received :
       {std::string(), std::string(" by relay (Postfix, from userid 0)"), from("127.0.0.1")}) {
    const event::Event event = lab.examine(received);
    CHECK(event.verified);
    CHECK_FALSE(event.connection.client);
    CHECK(event.facts.dmarc.status == dmarc::Status::temperror);
    CHECK(event.decision.rule == "dmarc-temperror");
  }
}

TEST_CASE("a message without a header section is examined, too", "[event]") {
  Lab lab;
  for (const char* client : {"192.0.2.1", "198.51.100.7"}) {
    lab.connection.client = base::IpAddress::parse(client);
    event::Examination examination(
        lab.connection, "",
        {lab.options, lab.rules, {lab.dns, lab.workers, lab.keys}, lab.circumstances}, {});
    const event::Event event = examination.finish("0id");
    CHECK(event.verified);
    CHECK(event.decision.rule == "from-missing");
  }
}

TEST_CASE("what only the gateway knows goes into decision, signals and event", "[event]") {
  Lab lab;
  lab.circumstances = [](const verify::Facts& facts) {
    return policy::Circumstances{.signature_repeats = facts.authors.size() + 9};
  };
  const event::Event event = lab.examine();
  CHECK(event.circumstances.signature_repeats == 10);
  CHECK(event.signals == std::vector<std::string>{"repeated_signature:10"});
}

TEST_CASE("the header section is kept, redacted, of failures of chosen domains only",
          "[event][RFC 9991 §7]") {
  Lab lab;
  const auto kept = [&] { return lab.examine().failure_headers; };
  lab.connection.client = base::IpAddress::parse("192.0.2.2");
  CHECK(kept().empty());  // Nobody's failures are reported.
  lab.failures.emplace();
  lab.failures->key = "secret";
  CHECK(kept().empty());
  lab.failures->domains = {*base::Domain::parse("example.net")};
  CHECK(kept().empty());
  lab.failures->domains = {*base::Domain::parse("example.com")};
  CHECK_THAT(kept(), Catch::StartsWith("From: ") && Catch::Contains("@example.com") &&
                         !Catch::Contains("<a@"));
  lab.connection.client = base::IpAddress::parse("192.0.2.1");
  CHECK(kept().empty());  // It passes.
}
