#include "report/feedback/failure.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "report/redaction.hpp"
#include "tests/support/facts.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using report::Failure;

const report::FailureReporter reporter{
    .mailbox = report::Mailbox::parse("reports@example.org").value(),
    .authserv_id = base::Domain::parse("mx.example.org").value(),
    .key = "secret"};

std::string hidden(std::string_view address) { return report::redacted(address, reporter.key); }

// What the two mechanisms said of mail from example.com.
struct Said {
  dmarc::Status dmarc = dmarc::Status::fail;
  dkim::Status dkim = dkim::Status::none;  // none: no signature.
  bool dkim_aligned = false;
  spf::Status spf = spf::Status::none;
  bool spf_aligned = false;
};

verify::Facts facts_of(const Said& said) {
  verify::Facts facts = support::facts_of(said.dmarc, dmarc::Policy::reject);
  if (said.dkim != dkim::Status::none) {
    facts.dkim = {support::dkim_result(said.dkim, "example.com")};
  }
  facts.spf = {support::spf_result(said.spf, "example.com")};
  facts.dmarc.dkim_aligned = said.dkim_aligned;
  facts.dmarc.spf_aligned = said.spf_aligned;
  return facts;
}

char letter(std::optional<Failure> failure) {
  if (!failure) return '-';
  return *failure == Failure::dmarc ? 'D' : *failure == Failure::dkim ? 'k' : 's';
}

}  // namespace

TEST_CASE("fo= says which failures are told", "[report][RFC 9989 §4.7]") {
  using enum dmarc::Status;
  const auto ok = dkim::Status::pass;
  const auto bad = dkim::Status::fail;
  const auto temporary = dkim::Status::temperror;
  const auto unsigned_mail = dkim::Status::none;
  struct Row {
    Said said;
    const char* expected;  // For fo = 0, 1, d, s, 0:d:s, 1:d:s.
  };
  const auto row = GENERATE_COPY(values<Row>({
      // Both aligned: nothing to tell, unless a mechanism failed beside.
      {{pass, ok, true, spf::Status::pass, true}, "------"},
      // One aligned: only 1, and what else failed.
      {{pass, ok, true, spf::Status::fail, false}, "-D-ssD"},
      {{pass, ok, true, spf::Status::softfail, false}, "-D-ssD"},
      {{pass, ok, true, spf::Status::none, false}, "-D---D"},
      {{pass, bad, false, spf::Status::pass, true}, "-Dk-kD"},
      {{pass, unsigned_mail, false, spf::Status::pass, true}, "-D---D"},
      // None aligned.
      {{fail, bad, false, spf::Status::fail, false}, "DDksDD"},
      {{fail, unsigned_mail, false, spf::Status::none, false}, "DD--DD"},
      // Passed, but for a domain that is not aligned.
      {{fail, ok, false, spf::Status::pass, false}, "DD--DD"},
      // A temporary error is no failure.
      {{pass, temporary, false, spf::Status::pass, true}, "------"},
      {{pass, ok, true, spf::Status::temperror, false}, "------"},
      {{temperror, temporary, false, spf::Status::fail, false}, "------"},
      {{none, bad, false, spf::Status::fail, false}, "------"},
      {{permerror, bad, false, spf::Status::fail, false}, "------"},
      // A signature that was not evaluated has not failed; one that could not be, has.
      {{pass, dkim::Status::policy, false, spf::Status::pass, true}, "-D---D"},
      {{pass, dkim::Status::permerror, false, spf::Status::pass, true}, "-Dk-kD"},
      {{pass, ok, true, spf::Status::permerror, false}, "-D---D"},
  }));
  std::string told;
  for (const char* fo : {"0", "1", "d", "s", "0:d:s", "1:d:s"})
    told += letter(report::wanted_failure(fo, facts_of(row.said)));
  INFO("dmarc=" << dmarc::name(row.said.dmarc) << " dkim=" << dkim::name(row.said.dkim)
                << " spf=" << spf::name(row.said.spf));
  CHECK(told == row.expected);
}

TEST_CASE("some mail is never the reason of a failure report", "[report][RFC 9991 §2]") {
  dmarc::Record record;
  record.failure_to = {"mailto:ruf@example.com"};
  report::Event event = support::sample_event();
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
  const report::Event event = support::sample_event();
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
  report::Event event = support::sample_event();
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
  report::Event event = support::sample_event();
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
  const report::Event event = support::monstrous_event();
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

TEST_CASE("messages of one source about one domain are one incident", "[report][RFC 9991 §8.1]") {
  report::Event event = support::sample_event();
  const std::string incident = report::incident_of(event, Failure::dmarc);
  CHECK(incident == "example.com 192.0.2.1 dmarc");
  event.id = "another";
  event.envelope.mail_from = "mallory@example.com";
  CHECK(report::incident_of(event, Failure::dmarc) == incident);
  CHECK(report::incident_of(event, Failure::spf) != incident);
}

TEST_CASE("a failure report is a message of three parts", "[report][RFC 6591 §3.1]") {
  const report::Event event = support::sample_event();
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
