#include "report/reader/advice.hpp"

#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

#include "tests/support/sample_event.hpp"

namespace {

using report::Event;

base::Domain domain(const char* name) { return *base::Domain::parse(name); }

bool advises(const Event& event, std::string_view part) {
  return std::ranges::any_of(report::advise(event),
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

TEST_CASE("without an author nobody is asked to publish a record", "[report][advice]") {
  Event event = support::sample_event();
  event.facts.from_fault = mail::FromFault::repeated;
  event.facts.dmarc = {};
  CHECK(advises(event, "Write one From field"));
  CHECK_FALSE(advises(event, "Publish a DMARC record"));
}

TEST_CASE("each fault has its advice", "[report][advice]") {
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

TEST_CASE("who passes needs no advice, and who was not checked gets none", "[report][advice]") {
  Event event = support::sample_event();
  pass_as(event, "example.com");
  event.facts.dmarc.status = dmarc::Status::pass;
  CHECK(report::advise(event).empty());
  event = support::sample_event();
  event.verified = false;
  CHECK(report::advise(event).empty());
}

TEST_CASE("no advice is given twice, and none is unprintable", "[report][advice]") {
  Event event = support::monstrous_event();
  event.facts.message.header_truncated = false;
  std::vector<std::string> advice = report::advise(event);
  CHECK(advice.size() < 10);
  for (const std::string& sentence : advice)
    CHECK(std::ranges::none_of(sentence, [](char c) { return c >= 0 && c < ' '; }));
  std::ranges::sort(advice);
  CHECK(std::ranges::adjacent_find(advice) == advice.end());
}
