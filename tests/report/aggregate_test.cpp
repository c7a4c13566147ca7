#include "report/aggregate.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/report/sample_report.hpp"

namespace {

using report::AggregateReport;
using support::sample_report;

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at)
    ++found;
  return found;
}

}  // namespace

TEST_CASE("an aggregate report is the XML of RFC 9990", "[report][RFC 9990 §3.1.1]") {
  const AggregateReport report = sample_report();
  CHECK(report::to_xml(report) == R"(<?xml version="1.0" encoding="UTF-8"?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
 <version>1.0</version>
 <report_metadata>
  <org_name>Example Org</org_name>
  <email>reports@mx.example.org</email>
  <report_id>)" + report.id +
                                      R"(</report_id>
  <date_range>
   <begin>1777593600</begin>
   <end>1777679999</end>
  </date_range>
  <generator>Postern )" POSTERN_VERSION R"(</generator>
 </report_metadata>
 <policy_published>
  <domain>example.com</domain>
  <discovery_method>treewalk</discovery_method>
  <p>reject</p>
  <sp>quarantine</sp>
  <np>quarantine</np>
  <fo>0</fo>
  <adkim>r</adkim>
  <aspf>r</aspf>
  <testing>n</testing>
 </policy_published>
 <record>
  <row>
   <source_ip>192.0.2.1</source_ip>
   <count>12</count>
   <policy_evaluated>
    <disposition>pass</disposition>
    <dkim>pass</dkim>
    <spf>pass</spf>
   </policy_evaluated>
  </row>
  <identifiers>
   <header_from>example.com</header_from>
   <envelope_from>example.com</envelope_from>
  </identifiers>
  <auth_results>
   <dkim>
    <domain>example.com</domain>
    <selector>s1</selector>
    <result>pass</result>
   </dkim>
   <dkim>
    <domain>esp.example</domain>
    <selector>k</selector>
    <result>fail</result>
   </dkim>
   <spf>
    <domain>example.com</domain>
    <scope>mfrom</scope>
    <result>pass</result>
   </spf>
  </auth_results>
 </record>
 <record>
  <row>
   <source_ip>2001:db8::1</source_ip>
   <count>3</count>
   <policy_evaluated>
    <disposition>quarantine</disposition>
    <dkim>fail</dkim>
    <spf>fail</spf>
    <reason>
     <type>local_policy</type>
     <comment>p=reject alone is not enough</comment>
    </reason>
   </policy_evaluated>
  </row>
  <identifiers>
   <header_from>news.example.com</header_from>
   <envelope_from></envelope_from>
  </identifiers>
  <auth_results>
   <spf>
    <domain>mail.example.net</domain>
    <scope>mfrom</scope>
    <result>none</result>
   </spf>
  </auth_results>
 </record>
</feedback>
)");
}

TEST_CASE("several policies in one day make one report that says so", "[report][RFC 9990 §3.1]") {
  AggregateReport report = sample_report();
  CHECK_FALSE(report::to_xml(report).contains("<error>"));
  report::AggregateRecord before = report.records[0];
  before.row.published.p = "none";
  before.messages = 30;
  report.records.push_back(before);
  const std::string xml = report::to_xml(report);
  CHECK(
      xml.contains("<error>The policy changed: 30 of the messages were judged by another one "
                   "than the one shown.</error>"));
  CHECK(count(xml, "<record>") == 2);  // Equal but for the policy: one record.
  CHECK(xml.contains("<count>42</count>"));
  CHECK(count(xml, "<p>reject</p>") == 1);

  // Where the reports go is no part of the policy that is shown.
  report = sample_report();
  report.records[0].row.published.record = "v=DMARC1; p=reject; rua=mailto:x@example.com";
  CHECK_FALSE(report::to_xml(report).contains("<error>"));
}

TEST_CASE("a faulty record is named to its owner", "[report][RFC 9990 §3.1.5]") {
  AggregateReport report = sample_report();
  report.policy.record = "v=DMARC1; p=rejekt; rua=mailto:x@example.com";
  CHECK(report::to_xml(report).contains(
      "<error>The value of p=, sp= or np= in the record is not valid.</error>"));
}

TEST_CASE("what is not published has its default", "[report][RFC 9990 §3.1.1]") {
  AggregateReport report = sample_report();
  report.policy.sp = "";
  CHECK(report::to_xml(report).contains("<p>reject</p>\n  <sp>reject</sp>\n  <np>reject</np>"));
  report.policy.np = "none";
  report.policy.testing = true;
  const std::string xml = report::to_xml(report);
  CHECK(xml.contains("<np>none</np>"));
  CHECK(xml.contains("<testing>y</testing>"));
}

TEST_CASE("no text becomes markup, and the schema's words stay its words", "[report]") {
  const std::string xml = report::to_xml(support::hostile_report());
  for (const char c : xml)
    REQUIRE((c == '\n' || (c & 0x80) != 0 || (c >= ' ' && c != 0x7F)));
  CHECK_FALSE(xml.contains("<x"));
  CHECK_FALSE(xml.contains("]]>"));
  CHECK_FALSE(xml.contains("\xEF\xBF"));
  CHECK(xml.contains("<org_name>]]&gt;&lt;x a='\\x22&amp;amp;\\x00\\x01\\x1F\\x7F"));
  CHECK(xml.contains("<disposition>none</disposition>"));
  CHECK(xml.contains("<type>other</type>"));
  CHECK(count(xml, "<dkim>\n") == 2 * 100);
  CHECK(count(xml, "<record>") == 2);
}

TEST_CASE("a report has one identity, whoever sends it and how often",
          "[report][RFC 9990 §3.5.2]") {
  AggregateReport report = sample_report();
  const std::string id = report::report_id(report, "0123456789abcdef");
  CHECK(id.size() == 32);
  CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
  report.id = id;
  CHECK(report::file_name(report) ==
        "mx.example.org!example.com!1777593600!1777679999!" + id + ".xml.gz");

  AggregateReport later = report;
  later.records.pop_back();
  later.policy.p = "none";
  CHECK(report::report_id(later, "0123456789abcdef") == id);

  AggregateReport other = report;
  other.day += std::chrono::days(1);
  CHECK(report::report_id(other, "0123456789abcdef") != id);
  other = report;
  other.reporter.organization = "Another Org";
  CHECK(report::report_id(other, "0123456789abcdef") != id);
  other = report;
  other.policy_domain = base::Domain::parse("example.net").value();
  CHECK(report::report_id(other, "0123456789abcdef") != id);
  // Another gateway with a store of its own, which reports what it has counted itself.
  CHECK(report::report_id(report, "fedcba9876543210") != id);
}

TEST_CASE("a report's message names it by the same id everywhere", "[report][RFC 9990 §3.5.1]") {
  const AggregateReport report = sample_report();
  const std::string& id = report.id;
  const report::Mailbox to = report::Mailbox::parse("rua@example.com").value();
  const base::WallTime now = report.day + std::chrono::hours(25);
  const report::MailMessage message = report::to_message(report, "gz", to, now);
  CHECK(message.subject == "Report Domain: example.com Submitter: mx.example.org Report-ID: " + id);
  CHECK(message.id == id);
  CHECK(message.from.text() == "reports@mx.example.org");
  CHECK(message.to == to);
  CHECK(message.date == now);
  REQUIRE(message.parts.size() == 2);
  CHECK(message.parts[0].body.contains("Domain:       example.com\n"));
  CHECK(message.parts[0].body.contains("Messages:     15\n"));
  CHECK(message.parts[1].type == report::PartType::gzip);
  CHECK(message.parts[1].body == "gz");
  CHECK(message.parts[1].file_name == report::file_name(report));
}
