#include "event/event.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/sample_event.hpp"

using nlohmann::ordered_json;
using namespace std::chrono_literals;

namespace {

ordered_json parsed(const event::Event& event, const event::LineOptions& options = {}) {
  return ordered_json::parse(event::to_line(event, options));
}

}  // namespace

TEST_CASE("an event is one line of JSON, field by field as documented", "[event]") {
  const std::string key = "v=DKIM1; k=rsa; p=" + std::string(392, 'A');
  const std::string expected =
      R"({"v":1,"id":"0mnzk3r1q3000abc1234","time":"2026-05-01T12:34:56.007Z","queue_id":"4XyZ",)"
      R"("gateway":"mx.example.org","config":"1-0123456789abcdef",)"
      R"("client":{"ip":"192.0.2.1","name":"mail.example.net","ptr":"mail.example.net",)"
      R"("iprev":"pass","authenticated":false},"helo":"mail.example.net",)"
      R"("mail_from":"alice@example.com","recipients_domains":["example.net","example.org"],)"
      R"("recipients":4,"from_domain":"example.com","verified":true,)"
      R"("spf":[{"identity":"helo","domain":"mail.example.net","result":"none","mechanism":"",)"
      R"("explanation":""},{"identity":"mail_from","domain":"example.com","result":"fail",)"
      R"("mechanism":"-all","explanation":"example.com sends from 198.51.100.0/24 only"}],)"
      R"("spf_breadth":0,)"
      R"("dkim":[{"d":"example.com","s":"s1","a":"rsa-sha256","i":"alice@example.com",)"
      R"("b":"AbCdEfGh","result":"fail","reason":"body_hash_mismatch","testing":false,"key_bits":2048}],"signatures":1,)"
      R"("arc":{"result":"none","instances":0,"oldest_pass":0,"sealers":[],"selectors":[],"dmarc_pass":[]},)"
      R"("dmarc":{"result":"fail","author":"example.com","policy":"reject","published":"reject","tag":"p",)"
      R"("domain":"example.com","org_domain":"example.com","discovery":"treewalk",)"
      R"("disposition":"reject","aligned":{"spf":false,"dkim":false}},)"
      R"("circumstances":{"dns_degraded":false,"deferred_too_long":false,"signature_repeats":0,"own_fields":0,"own_fields_above":0},)"
      R"("signals":[],"corroboration":["nothing-authenticated","spf-fail"],)"
      R"("action":"reject","would":"reject","rule":"dmarc-reject",)"
      R"("why":"nothing aligned; SPF -all","tenant":"","stricter":[],)"
      R"("reply":"550 5.7.1 Email rejected per DMARC policy for example.com )"
      R"-((see 0mnzk3r1q3000abc1234)",)-"
      R"("message":{"size":4711,"message_id":"<1@mail.example.net>","lot":0,)"
      R"("auto_submitted":false,"mail_from_rewritten":false},)"
      R"("dns":[{"name":"1.2.0.192.in-addr.arpa","type":"PTR","outcome":"found","ttl":300,)"
      R"("records":["mail.example.net"]},)"
      R"({"name":"_dmarc.com","type":"TXT","outcome":"no_data","ttl":300,"records":[]},)"
      R"({"name":"_dmarc.example.com","type":"TXT","outcome":"found","ttl":300,)"
      R"("records":["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"]},)"
      R"({"name":"_dmarc.example.net","type":"TXT","outcome":"no_name","ttl":300,"records":[]},)"
      R"({"name":"example.com","type":"TXT","outcome":"found","ttl":300,)"
      R"("records":["v=spf1 ip4:198.51.100.0/24 -all"]},)"
      R"({"name":"mail.example.net","type":"A","outcome":"found","ttl":300,)"
      R"("records":["192.0.2.1"]},)"
      R"({"name":"mail.example.net","type":"AAAA","outcome":"no_data","ttl":300,"records":[]},)"
      R"({"name":"s1._domainkey.example.com","type":"TXT","outcome":"found","ttl":300,)"
      R"("records":[")" +
      key + R"("]}],"timings_us":{"total":1234,"finish":567}})";
  const std::string line = event::to_line(support::sample_event());
  CHECK(line == expected);
  CHECK(ordered_json::parse(line).dump() == line);  // Another implementation agrees.
}

TEST_CASE("an empty event is a whole event", "[event]") {
  event::Event event;
  event.verified = false;
  const ordered_json json = parsed(event);
  CHECK(json["time"] == "1970-01-01T00:00:00.000Z");
  CHECK(json["client"]["ip"].is_null());
  CHECK(json["client"]["iprev"] == "none");
  CHECK(json["from_domain"].is_null());
  CHECK(json["verified"] == false);
  CHECK(json["spf"].empty());
  CHECK(json["dmarc"]["policy"].is_null());
  CHECK(json["reply"].is_null());
}

TEST_CASE("hostile fields give one bounded line of valid ASCII JSON", "[event]") {
  const std::string line = event::to_line(support::monstrous_event());
  CHECK(line.size() <= 65'536);
  CHECK(line.size() > 50'000);  // The budget is used.
  CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < '\x7F'; }));
  const ordered_json json = ordered_json::parse(line);
  CHECK(json["recipients"] == 3004);
  CHECK(json["recipients_domains"].size() <= 100);
  CHECK(json["dkim"].size() == 12);
  CHECK(json["signatures"] == 5000);
  CHECK(json["dns_truncated"] == true);
  CHECK(json["recipients_domains_cut"] == true);
  CHECK(json["signals"].size() <= 16);
  CHECK(json["stricter"].size() > 3);
}

TEST_CASE("a header section for a failure report is bounded, and rarely there", "[event]") {
  event::Event event = support::sample_event();
  CHECK_FALSE(parsed(event).contains("failure_headers"));
  event.failure_headers = "From: 0123456789abcdef@example.com\n";
  CHECK(parsed(event)["failure_headers"] == event.failure_headers);
  event.failure_headers.assign(20'000, 'x');
  CHECK(parsed(event)["failure_headers"].get<std::string>().size() == 8192);
}

TEST_CASE("local parts are left out where they are not wanted", "[event]") {
  event::Event event = support::sample_event();
  event.connection.user = "alice@example.com";
  event.facts.spf[1].problem = "no SPF record at alice._spf.example.com";
  const ordered_json json = parsed(event, {.local_parts = false});
  CHECK(json["client"]["user"] == "@example.com");
  CHECK(json["mail_from"] == "@example.com");
  CHECK(json["dkim"][0]["i"] == "@example.com");
  CHECK(json["spf"][1]["explanation"] == "");
  CHECK(json.dump().find("alice") == std::string::npos);
}

TEST_CASE("signals begin with what the message itself tells", "[event]") {
  event::Event event = support::sample_event();
  event.facts.message.list_mail = event.facts.message.header_truncated = true;
  event.signals = {"lookalike:example.org"};
  CHECK(parsed(event)["signals"] ==
        ordered_json({"list_mail", "header_truncated", "lookalike:example.org"}));
}

TEST_CASE("what only this gateway knew, and who wanted more, is told", "[event]") {
  event::Event event = support::sample_event();
  event.connection.relay = base::IpAddress::parse("198.51.100.7");
  event.connection.user = "scanner";
  event.circumstances = {true, true, 12, {101, 205}};
  event.decision.tenant = "example.net";
  event.decision.stricter = {{"example.org", policy::Action::reject, "dmarc-reject"}};
  const ordered_json json = parsed(event);
  CHECK(json["client"]["relay"] == "198.51.100.7");
  CHECK(json["client"]["user"] == "scanner");
  CHECK(json["circumstances"] == ordered_json({{"dns_degraded", true},
                                               {"deferred_too_long", true},
                                               {"signature_repeats", 12},
                                               {"own_fields", 101},
                                               {"own_fields_above", 205}}));
  event.circumstances.vouched_before = {"spf example.com"};
  CHECK(parsed(event)["circumstances"]["vouched_before"] == ordered_json({"spf example.com"}));
  CHECK(json["tenant"] == "example.net");
  CHECK(json["stricter"] == ordered_json::array({{{"recipients_domain", "example.org"},
                                                  {"action", "reject"},
                                                  {"rule", "dmarc-reject"}}}));
}

TEST_CASE("a fault of From is told with the domains that were there", "[event]") {
  event::Event event = support::sample_event();
  event.facts.from_fault = mail::FromFault::several_domains;
  const ordered_json json = parsed(event);
  CHECK(json["from_fault"] == std::string(mail::name(mail::FromFault::several_domains)));
  CHECK(json["author_domains"] == ordered_json({"example.com"}));
}

TEST_CASE("times keep milliseconds and order, before 1970 too", "[event]") {
  event::Event event;
  event.time = base::WallTime(-1ms);
  CHECK(parsed(event)["time"] == "1969-12-31T23:59:59.999Z");
  event.time = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 1h + 999us;
  CHECK(parsed(event)["time"] == "2024-02-29T01:00:00.000Z");
}
