#include "event/event_reader.hpp"

#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/sample_event.hpp"

using event::from_line;
using event::LineFault;
using nlohmann::ordered_json;

namespace {

std::string sample_line() { return event::to_line(support::sample_event()); }

// The sample with all that only some events have.
event::Event rich_event() {
  event::Event event = support::sample_event();
  event.connection.relay = base::IpAddress::parse("198.51.100.7");
  event.connection.received_at = event.time - std::chrono::hours(1);
  event.connection.authenticated = true;
  event.connection.user = "alice@example.com";
  verify::Facts& facts = event.facts;
  facts.spf[1].status = spf::Status::permerror;
  facts.spf[1].cause = spf::Problem::too_many_terms;
  facts.spf[1].problem = "too many DNS terms";
  facts.spf_breadth = 4096;
  facts.dkim[0].testing = facts.dkim[0].verified = true;
  const base::Domain sealer = *base::Domain::parse("sealer.example");
  facts.arc = {arc::Status::pass,
               2,
               1,
               {{sealer, "s2", {}, *facts.from_domain()}, {sealer, "s1", {}}},
               "detail"};
  facts.dmarc.reason = "reason";
  facts.dmarc.record = *dmarc::parse_record("v=DMARC1; p=reject; sp=none; t=y");
  facts.message.lot = 99;
  facts.message.list_mail = facts.message.header_truncated = true;
  facts.message.repeated_fields = {"to", "subject"};
  facts.message.delivered_before = true;
  facts.message.auto_submitted = facts.message.mail_from_rewritten = true;
  event.signals = {"reply_to_elsewhere:example.net"};
  event.circumstances = {true, true, 1000, {101, 205}, {"spf example.com"}};
  event.decision.tenant = "example.net";
  event.decision.stricter = {{"example.net", policy::Action::reject, "dmarc-reject"}};
  return event;
}

// The sample's line with one value changed.
std::string line_with(const std::string& pointer, const ordered_json& value) {
  ordered_json json = ordered_json::parse(sample_line());
  json[ordered_json::json_pointer(pointer)] = value;
  return json.dump();
}

std::string complaint(const std::string& line) {
  const auto event = from_line(line);
  if (event) return "none";
  CHECK(event.error().fault == LineFault::malformed);
  return event.error().what;
}

}  // namespace

TEST_CASE("an event is read as it was written", "[event][reader]") {
  event::Event expected = rich_event();
  // What a line does not say: local parts of authors and recipients.
  expected.facts.authors.front().local_part.clear();
  expected.envelope.recipients = {"@example.net", "@example.org", "@example.net", "@example.net"};
  const std::string line = event::to_line(rich_event());
  const auto event = from_line(line);
  REQUIRE(event);
  CHECK(event->id == expected.id);
  CHECK(event->time == expected.time);
  CHECK(event->gateway == expected.gateway);
  CHECK(event->config == expected.config);
  CHECK(event->connection == expected.connection);
  CHECK(event->envelope.mail_from == expected.envelope.mail_from);
  CHECK(event->envelope.recipients == expected.envelope.recipients);
  CHECK(event->envelope.queue_id == expected.envelope.queue_id);
  CHECK(event->verified == expected.verified);
  CHECK(event->facts == expected.facts);
  CHECK(event->circumstances == expected.circumstances);
  CHECK(event->decision == expected.decision);
  CHECK(event->signals == expected.signals);
  CHECK(event->timings.total == expected.timings.total);
  CHECK(event->timings.finish == expected.timings.finish);
  CHECK(event::to_line(*event) == line);
}

TEST_CASE("an empty event, a hostile one and one without local parts are read, too",
          "[event][reader]") {
  event::Event empty;
  empty.id = "1";
  CHECK(event::to_line(*from_line(event::to_line(empty))) == event::to_line(empty));

  const std::string line = event::to_line(support::sample_event(), {.local_parts = false});
  CHECK(event::to_line(*from_line(line)) == line);

  const auto hostile = from_line(event::to_line(support::monstrous_event()));
  INFO((hostile ? "" : hostile.error().what));
  REQUIRE(hostile);
  CHECK(hostile->facts.dkim.size() == 201);
  CHECK(hostile->envelope.recipients.size() == 3004);
  CHECK(hostile->facts.from_fault == mail::FromFault::several_domains);
}

TEST_CASE("an answer that was cut short is not taken for the whole answer", "[event][reader]") {
  const auto whole = from_line(sample_line());
  const auto cut = from_line(line_with("/dns/0/records_cut", true));
  REQUIRE(cut);
  CHECK(cut->facts.dns.size() == whole->facts.dns.size() - 1);
  for (const char* filler : {"a", "\x01", "\xF0\x9F\x98\x80"}) {
    event::Event event = support::sample_event();
    std::string record = "v=spf1 ip4:192.0.2.1 -all";
    while (record.size() < 6'000)
      record += filler;
    event.facts.dns.front().answer.records = {std::string("short"), record};
    const auto read = from_line(event::to_line(event));
    REQUIRE(read);
    CHECK(read->facts.dns.size() == event.facts.dns.size() - 1);
  }
}

TEST_CASE("keys that are unknown, missing or null are no fault", "[event][reader]") {
  CHECK(complaint(line_with("/color", {{"deep", {1, 2}}})) == "none");
  CHECK(complaint(line_with("/dmarc/color", "red")) == "none");
  CHECK(complaint(line_with("/message", nullptr)) == "none");
  const auto small = from_line(R"({"v":1,"id":"1","time":"2026-05-01T00:00:00Z","action":"tag"})");
  REQUIRE(small);
  CHECK(small->verified);
  CHECK_FALSE(small->facts.iprev);
  CHECK(small->decision.action == policy::Action::tag);
  CHECK(small->decision.reply.code == 250);
}

TEST_CASE("what is wrong is named with its place", "[event][reader]") {
  CHECK(complaint(line_with("/dkim/0/result", "x")) == "dkim[0].result: no known word: \"x\"");
  CHECK(complaint(line_with("/spf/1/domain", 7)) == "spf[1].domain: not text");
  CHECK(complaint(line_with("/client", 7)) == "client: not an object");
  CHECK(complaint(line_with("/client/ip", "1.2.3")) == "client.ip: no address: \"1.2.3\"");
  CHECK(complaint(line_with("/dns/5/records/0", "z")) == "dns[5].records[0]: no A record");
  CHECK(complaint(line_with("/dns/5/type", "unknown")) ==
        "dns[5].type: no record type: \"unknown\"");
  CHECK(complaint(line_with("/verified", "yes")) == "verified: not true or false");
  CHECK(complaint(line_with("/recipients", -1)) == "recipients: out of range");
  CHECK(complaint(line_with("/recipients", 18446744073709551615ULL)) ==
        "recipients: not a whole number");
  CHECK(complaint(line_with("/recipients", 1.5)) == "recipients: not a whole number");
  CHECK(complaint(line_with("/time", "noon")) == "time: no time: \"noon\"");
  CHECK(complaint(line_with("/reply", "no")) == "reply: no reply: \"no\"");
  CHECK(complaint(line_with("/dns", "x")) == "dns: not a list");
  CHECK(complaint(line_with("/action", nullptr)) == "action: is missing");
}

TEST_CASE("lines that are no events are told apart from newer ones", "[event][reader]") {
  CHECK(complaint("") == "not a JSON object");
  CHECK(complaint("[]") == "not a JSON object");
  CHECK(complaint("{}") == "no version");
  CHECK(complaint(R"({"v":"1"})") == "no version");
  CHECK(complaint(R"({"v":0})") == "no version");
  CHECK(complaint(sample_line().substr(0, 1000)) == "not a JSON object");
  CHECK(complaint(std::string(300'000, ' ')) == "line too long");
  CHECK(complaint(R"({"v":1,"a":)" + std::string(100'000, '[')) == "not a JSON object");
  CHECK(complaint("{\"v\":1,\"id\":\"\xFF\"}") == "not a JSON object");

  const auto newer = from_line(line_with("/v", 2));
  REQUIRE_FALSE(newer);
  CHECK(newer.error().fault == LineFault::newer);
  CHECK(newer.error().what == "version 2 is newer than 1");
}
