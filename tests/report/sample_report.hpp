#pragma once

#include "report/aggregate.hpp"

// Reports for the tests of what is made of them, here and by readers that others wrote.
namespace support {

// Of mail to example.com on 1 May 2026: two records, an override, several signatures.
[[nodiscard]] inline report::AggregateReport sample_report() {
  store::PublishedPolicy policy;
  policy.p = "reject";
  policy.sp = "quarantine";
  store::ReportRow good;
  good.policy_domain = good.header_from = good.envelope_from = "example.com";
  good.published = policy;
  good.source_ip = "192.0.2.1";
  good.disposition = "pass";
  good.dkim_aligned = good.spf_aligned = true;
  good.dkim = {{"example.com", "s1", "pass"}, {"esp.example", "k", "fail"}};
  good.spf = store::SpfRow{"example.com", "pass"};
  store::ReportRow forged = good;
  forged.source_ip = "2001:db8::1";
  forged.header_from = "news.example.com";
  forged.envelope_from = "";
  forged.disposition = "quarantine";
  forged.dkim_aligned = forged.spf_aligned = false;
  forged.reasons = {{"local_policy", "p=reject alone is not enough"}};
  forged.dkim = {};
  forged.spf = store::SpfRow{"mail.example.net", "none"};
  return {.reporter = {.organization = "Example Org",
                       .mailbox = report::Mailbox::parse("reports@mx.example.org").value()},
          .policy_domain = base::Domain::parse("example.com").value(),
          .day = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1),
          .policy = policy,
          .records = {{good, 12}, {forged, 3}},
          .id = "0123456789abcdef0123456789abcdef"};
}

// The same with every text as hostile as a sender, a domain owner or an administrator can make it.
[[nodiscard]] inline report::AggregateReport hostile_report() {
  const std::string text = std::string("]]><x a='\"&amp;\0\x01\x1F\x7F\r\n\t\\", 24) +
                           "\xEF\xBF\xBE\xEF\xBF\xBF\xC3\xBC\xFF" + std::string(2000, 'x');
  report::AggregateReport report = sample_report();
  report.reporter.organization = report.reporter.extra_contact_info = text;
  report.policy.p = report.policy.sp = report.policy.np = report.policy.fo = text;
  report.policy.adkim = report.policy.aspf = report.policy.discovery = text;
  for (report::AggregateRecord& record : report.records) {
    store::ReportRow& row = record.row;
    row.envelope_from = row.disposition = text;
    row.reasons = {{text, text}, {"mailing_list", text}};
    row.dkim.assign(150, {"example.com", text, text});
    row.spf = store::SpfRow{text, text};
  }
  return report;
}

}  // namespace support
