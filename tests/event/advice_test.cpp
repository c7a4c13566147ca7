#include "event/advice.hpp"

#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

#include "event/event_reader.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using event::Event;

base::Domain domain(const char* name) { return *base::Domain::parse(name); }

bool advises(const Event& event, std::string_view part) {
  return std::ranges::any_of(event::advise(event),
                             [&](const std::string& sentence) { return sentence.contains(part); });
}

dkim::Result& signature(Event& event) { return event.facts.dkim.front(); }
spf::Result& mail_from(Event& event) { return event.facts.spf.back(); }

void pass_as(Event& event, const char* name) {
  signature(event).status = dkim::Status::pass;
  signature(event).reason = dkim::Reason::none;
  signature(event).domain = domain(name);
}

}  // namespace

TEST_CASE("without an author nobody is asked to publish a record", "[event][advice]") {
  Event event = support::sample_event();
  event.facts.from_fault = mail::FromFault::repeated;
  event.facts.dmarc = {};
  CHECK(advises(event, "Write one From field"));
  CHECK_FALSE(advises(event, "Publish a DMARC record"));
}

TEST_CASE("each fault has its advice", "[event][advice]") {
  struct Row {
    const char* part;
    std::function<void(Event&)> change;
  };
  const Row rows[] = {
      {"changed the text after it was signed", [](Event&) {}},
      {"Add 192.0.2.1 to the SPF record of example.com", [](Event&) {}},
      {"Shorten the SPF record",
       [](Event& event) {
         mail_from(event).status = spf::Status::permerror;
         mail_from(event).cause = spf::Problem::too_many_terms;
         mail_from(event).problem = "too many DNS terms";
       }},
      {"Correct the SPF record of example.com: unknown mechanism",
       [](Event& event) {
         mail_from(event).status = spf::Status::permerror;
         mail_from(event).problem = "unknown mechanism";
       }},
      {"Publish an SPF record", [](Event& event) { mail_from(event).status = spf::Status::none; }},
      {"says neither", [](Event& event) { mail_from(event).status = spf::Status::neutral; }},
      {"could not be looked up",
       [](Event& event) { mail_from(event).status = spf::Status::temperror; }},
      {"carries no signature", [](Event& event) { event.facts.dkim.clear(); }},
      {"Sign with d=example.com as well", [](Event& event) { pass_as(event, "esp.example"); }},
      {"asks for that very name (adkim=s), and the signature is of mail.example.com",
       [](Event& event) {
         pass_as(event, "mail.example.com");
         event.facts.dmarc.record = *dmarc::parse_record("v=DMARC1; p=reject; adkim=s");
       }},
      {"Use a MAIL FROM address of example.com: its DMARC record",
       [](Event& event) {
         mail_from(event).status = spf::Status::pass;
         mail_from(event).domain = domain("bounce.example.com");
         event.facts.dmarc.record = *dmarc::parse_record("v=DMARC1; p=reject; aspf=s");
       }},
      {"This came through a mailing list or forwarder, lists.example",
       [](Event& event) {
         pass_as(event, "lists.example");
         event.facts.message.list_mail = true;
       }},
      {"our own DNS was failing then",
       [](Event& event) {
         mail_from(event).status = spf::Status::temperror;
         event.circumstances.dns_degraded = true;
       }},
      {"Leave one DMARC record at _dmarc.example.com",
       [](Event& event) {
         event.facts.dmarc.status = dmarc::Status::none;
         for (dns::Lookup& lookup : event.facts.dns) {
           if (lookup.question.name == "_dmarc.example.com") {
             lookup.answer.records = {lookup.answer.records.front(), "v=DMARC1; p=none"};
           }
         }
       }},
      {"The DMARC record of example.com could not be looked up: have its name servers checked",
       [](Event& event) { event.facts.dmarc.status = dmarc::Status::temperror; }},
      {"not aligned with example.com",
       [](Event& event) {
         mail_from(event).status = spf::Status::pass;
         mail_from(event).domain = domain("bounce.example");
       }},
      {"s1._domainkey.example.com does not exist",
       [](Event& event) { signature(event).reason = dkim::Reason::no_key; }},
      {"is revoked", [](Event& event) { signature(event).reason = dkim::Reason::key_revoked; }},
      {"is too short", [](Event& event) { signature(event).reason = dkim::Reason::weak_key; }},
      {"(key_syntax)", [](Event& event) { signature(event).reason = dkim::Reason::key_syntax; }},
      {"c=relaxed/relaxed",
       [](Event& event) { signature(event).reason = dkim::Reason::signature_mismatch; }},
      {"had expired", [](Event& event) { signature(event).reason = dkim::Reason::expired; }},
      {"check the clock", [](Event& event) { signature(event).reason = dkim::Reason::in_future; }},
      {"If it is right, ours is wrong",
       [](Event& event) { signature(event).reason = dkim::Reason::in_future; }},
      {"our clock, which may be wrong: there is nothing to mend",
       [](Event& event) { signature(event).reason = dkim::Reason::clock_in_doubt; }},
      {"servers cut a field at 60,000 octets",
       [](Event& event) { signature(event).reason = dkim::Reason::cut_field; }},
      {"Write the field subject once",
       [](Event& event) {
         signature(event).reason = dkim::Reason::repeated_field;
         event.facts.message.repeated_fields = {"subject"};
       }},
      {"Write each of the fields to, subject once",
       [](Event& event) {
         signature(event).reason = dkim::Reason::repeated_field;
         event.facts.message.repeated_fields = {"to", "subject"};
       }},
      {"use rsa-sha256",
       [](Event& event) { signature(event).reason = dkim::Reason::forbidden_algorithm; }},
      {"do not use l=", [](Event& event) { signature(event).reason = dkim::Reason::partial_body; }},
      {"(missing_tag)", [](Event& event) { signature(event).reason = dkim::Reason::missing_tag; }},
      {"has no PTR record",
       [](Event& event) { event.facts.iprev->status = iprev::Status::permerror; }},
      {"resolve to that address again",
       [](Event& event) { event.facts.iprev->status = iprev::Status::fail; }},
      {"p=, sp= or np=",
       [](Event& event) { event.facts.dmarc.record = *dmarc::parse_record("v=DMARC1; p=rejekt"); }},
      {"Publish a DMARC record at _dmarc.example.com",
       [](Event& event) { event.facts.dmarc.status = dmarc::Status::none; }},
      {"Correct the DMARC record of example.com: several records",
       [](Event& event) {
         event.facts.dmarc.status = dmarc::Status::permerror;
         event.facts.dmarc.reason = "several records";
       }},
      {"one From field, not several",
       [](Event& event) { event.facts.from_fault = mail::FromFault::repeated; }},
      {"Shorten the header section",
       [](Event& event) { event.facts.message.header_truncated = true; }},
  };
  for (const Row& row : rows) {
    Event event = support::sample_event();
    row.change(event);
    INFO(row.part);
    CHECK(advises(event, row.part));
  }
}

TEST_CASE("no advice blames who is not at fault", "[event][advice]") {
  Event event = support::sample_event();
  pass_as(event, "mail.example.com");  // Of the same organization, under adkim=s.
  event.facts.dmarc.record = *dmarc::parse_record("v=DMARC1; p=reject; adkim=s");
  CHECK_FALSE(advises(event, "another organization"));

  event.facts.dmarc.status = dmarc::Status::temperror;  // The record is there: it was not that.
  CHECK_FALSE(advises(event, "The DMARC record of"));

  event = support::sample_event();
  event.facts.dmarc.status = dmarc::Status::none;
  event.facts.dmarc.policy_domain.reset();
  mail_from(event).status = spf::Status::pass;
  CHECK_FALSE(advises(event, "not aligned"));

  event = support::sample_event();
  event.facts.authors.clear();
  event.facts.from_fault = mail::FromFault::missing;
  event.facts.dmarc = {};
  CHECK_FALSE(advises(event, "_dmarc."));

  event = support::sample_event();  // The Received field of our relay names no client.
  event.connection.client.reset();
  event.connection.relay = base::IpAddress::parse("198.51.100.7");
  mail_from(event).status = spf::Status::temperror;
  CHECK_FALSE(advises(event, "name servers"));
}

TEST_CASE("a field that the MTA cut is not blamed on the signer", "[event][advice]") {
  Event event = support::sample_event();
  signature(event).reason = dkim::Reason::cut_field;
  signature(event).status = dkim::Status::neutral;
  CHECK_FALSE(advises(event, "changed"));
  CHECK(advises(event, "may be in order"));
}

TEST_CASE("who passes needs no advice, and who was not checked gets none", "[event][advice]") {
  Event event = support::sample_event();
  pass_as(event, "example.com");
  event.facts.dmarc.status = dmarc::Status::pass;
  CHECK(event::advise(event).empty());
  event = support::sample_event();
  event.verified = false;
  CHECK(event::advise(event).empty());
}

TEST_CASE("no advice is given twice, and none is unprintable", "[event][advice]") {
  Event event = support::monstrous_event();
  event.facts.message.header_truncated = false;
  std::vector<std::string> advice = event::advise(event);
  CHECK(advice.size() < 10);
  for (const std::string& sentence : advice)
    CHECK(std::ranges::none_of(sentence, [](char c) { return c >= 0 && c < ' '; }));
  std::ranges::sort(advice);
  CHECK(std::ranges::adjacent_find(advice) == advice.end());
}

TEST_CASE("what a name holds is no reason to shorten a record", "[event][advice]") {
  Event event = support::sample_event();
  mail_from(event).status = spf::Status::permerror;
  mail_from(event).cause = spf::Problem::no_record;
  mail_from(event).problem = "no SPF record at _spf.ratelimit.example";
  const Event read = event::from_line(event::to_line(event)).value();
  CHECK(advises(read, "Correct the SPF record of example.com: no SPF record at _spf.ratelimit"));
  CHECK_FALSE(advises(read, "Shorten the SPF record"));
}
