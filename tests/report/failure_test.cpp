#include "report/failure.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "event/redaction.hpp"
#include "tests/support/facts.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using store::Failure;

const report::FailureReporter reporter{
    .mailbox = report::Mailbox::parse("reports@example.org").value(),
    .authserv_id = base::Domain::parse("mx.example.org").value(),
    .key = "secret"};

std::string hidden(std::string_view address) { return event::redacted(address, reporter.key); }

}  // namespace

TEST_CASE("some mail is never the reason of a failure report", "[report][RFC 9991 §2]") {
  dmarc::Record record;
  record.failure_to = {"mailto:ruf@example.com"};
  event::Event event = support::sample_event();
  CHECK(report::may_send_failure_report(record, event));
  SECTION("mail of a public suffix's record") {
    record.public_suffix = true;
    CHECK_FALSE(report::may_send_failure_report(record, event));
    record.public_suffix = false;
    CHECK(report::may_send_failure_report(record, event));
  }
  SECTION("nobody asked") { record.failure_to.clear(); }
  SECTION("bounces") { event.envelope.mail_from.clear(); }
  SECTION("automatic answers and reports") { event.facts.message.auto_submitted = true; }
  SECTION("mail that was not checked") { event.verified = false; }
  if (!record.public_suffix) CHECK_FALSE(report::may_send_failure_report(record, event));
}

TEST_CASE("a DMARC failure is told field by field", "[report][RFC 9991 §4]") {
  const event::Event event = support::sample_event();
  const report::FailureReport report{
      .event = event, .failure = Failure::dmarc, .redacted_headers = "", .incidents = 3};
  CHECK(report::feedback_fields(report, reporter) ==
        "Feedback-Type: auth-failure\n"
        "Version: 1\n"
        "User-Agent: Postern/" POSTERN_VERSION
        "\n"
        "Auth-Failure: dmarc\n"
        "Authentication-Results: mx.example.org; dmarc=fail header.from=example.com\n"
        "Identity-Alignment: dkim, spf\n"
        "Reported-Domain: example.com\n"
        "Original-Mail-From: <" +
            hidden("alice@example.com") +
            ">\n"
            "Arrival-Date: Fri, 01 May 2026 12:34:56 +0000\n"
            "Source-IP: 192.0.2.1\n"
            "Delivery-Result: reject\n"
            "Incidents: 3\n"
            "DKIM-Domain: example.com\n"
            "DKIM-Identity: " +
            hidden("alice@example.com") +
            "\n"
            "DKIM-Selector: s1\n"
            "SPF-DNS: txt : example.com : \"v=spf1 ip4:198.51.100.0/24 -all\"\n");
}

TEST_CASE("a failure of one mechanism is told as that", "[report][RFC 6591 §3.3]") {
  event::Event event = support::sample_event();
  const auto fields = [&](Failure failure) {
    return report::feedback_fields({.event = event, .failure = failure, .redacted_headers = ""},
                                   reporter);
  };
  CHECK(fields(Failure::dkim).contains("Auth-Failure: bodyhash\n"));
  CHECK(fields(Failure::dkim)
            .contains("Authentication-Results: mx.example.org; dkim=fail header.d=example.com\n"));
  CHECK(fields(Failure::spf).contains("Auth-Failure: spf\n"));
  CHECK(fields(Failure::spf)
            .contains("Authentication-Results: mx.example.org; spf=fail "
                      "smtp.mailfrom=example.com\n"));
  event.facts.dkim[0].reason = dkim::Reason::key_revoked;
  event.facts.dkim[0].status = dkim::Status::permerror;
  CHECK(fields(Failure::dkim).contains("Auth-Failure: revoked\n"));
  event.facts.dkim[0].reason = dkim::Reason::signature_mismatch;
  CHECK(fields(Failure::dkim).contains("Auth-Failure: signature\n"));
}

TEST_CASE("what concerns others is told only when it was asked for", "[report][RFC 6591 §3.2]") {
  event::Event event = support::sample_event();
  event.facts.dkim[0].domain = event.facts.spf[1].domain = support::name("esp.example");
  event.facts.dns.push_back(
      {{"esp.example", dns::Type::txt}, {dns::Outcome::found, {std::string("v=spf1 -all")}}});
  const auto fields = [&](Failure failure) {
    return report::feedback_fields({.event = event, .failure = failure, .redacted_headers = ""},
                                   reporter);
  };
  CHECK_FALSE(fields(Failure::dmarc).contains("DKIM-Domain"));
  CHECK_FALSE(fields(Failure::dmarc).contains("SPF-DNS"));
  CHECK(fields(Failure::dkim).contains("DKIM-Domain: esp.example\n"));
  CHECK(fields(Failure::spf).contains("SPF-DNS: txt : esp.example : "));
}

TEST_CASE("no sender can write a field of a failure report", "[report]") {
  const event::Event event = support::monstrous_event();
  for (const Failure failure : {Failure::dmarc, Failure::dkim, Failure::spf}) {
    const std::string fields = report::feedback_fields(
        {.event = event, .failure = failure, .redacted_headers = ""}, reporter);
    for (std::size_t at = 0; at < fields.size();) {
      const std::size_t end = fields.find('\n', at);
      CHECK(end - at < 998);
      at = end + 1;
    }
    for (const char c : fields)
      REQUIRE((c == '\n' || (c >= ' ' && c != 0x7F) || (c & 0x80) != 0));
  }
}

TEST_CASE("a failure report is a message of three parts", "[report][RFC 6591 §3.1]") {
  const event::Event event = support::sample_event();
  const report::Mailbox to = report::Mailbox::parse("ruf@example.com").value();
  const report::MailMessage message = report::to_message(
      {.event = event, .redacted_headers = "From: x@example.com\n"}, reporter, to, event.time);
  CHECK(message.shape == report::MailMessage::Shape::feedback_report);
  CHECK(message.subject == "Authentication failure report for example.com");
  REQUIRE(message.parts.size() == 3);
  CHECK(message.parts[0].type == report::PartType::text);
  CHECK(message.parts[1].type == report::PartType::feedback_report);
  CHECK(message.parts[2].type == report::PartType::headers);
  CHECK(message.parts[2].body == "From: x@example.com\n");
  const std::string octets = report::to_octets(message);
  CHECK_FALSE(octets.contains("alice"));
  CHECK_FALSE(octets.contains("bob"));
}
