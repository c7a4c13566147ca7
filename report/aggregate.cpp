#include "report/aggregate.hpp"

#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <map>
#include <tuple>
#include <utility>

#include <pugixml.hpp>

#include "base/text.hpp"
#include "verify/crypto/digest.hpp"
#include "verify/dmarc/record.hpp"

namespace report {

namespace {

constexpr std::size_t text_octets_max = 500;
constexpr std::size_t dkim_results_max = 100;  // RFC 9990 §3.1.3.

// The period is the UTC day; its end is its last second (RFC 9990 §3.1.1.4).
std::int64_t begin_of(const AggregateReport& report) {
  return std::chrono::sys_seconds(report.day).time_since_epoch().count();
}
std::int64_t end_of(const AggregateReport& report) {
  return begin_of(report) + std::chrono::seconds(std::chrono::days(1)).count() - 1;
}

// Nothing but characters of XML 1.0: printable() leaves two code points that are none.
std::string xml_text(std::string_view text) {
  std::string clean = base::printable(text, text_octets_max);
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = 0; (at = clean.find(none)) != std::string::npos;)
      clean.replace(at, none.size(), "?");
  }
  return clean;
}

void add(pugi::xml_node parent, const char* name, std::string_view text) {
  parent.append_child(name).append_child(pugi::node_pcdata).set_value(xml_text(text).c_str());
}

// A word of the schema; what is none of them, as from a store of another version, is the first.
void add_word(pugi::xml_node parent, const char* name, std::string_view word,
              std::initializer_list<std::string_view> known) {
  add(parent, name, std::ranges::find(known, word) != known.end() ? word : *known.begin());
}

void add_policy(pugi::xml_node parent, const char* name, std::string_view word) {
  add_word(parent, name, word, {"none", "quarantine", "reject"});
}

void add_number(pugi::xml_node parent, const char* name, std::uint64_t number) {
  add(parent, name, std::to_string(number));
}

bool is_same_policy(const store::PublishedPolicy& a, const store::PublishedPolicy& b) {
  const auto told = [](const store::PublishedPolicy& policy) {
    return std::tie(policy.p, policy.sp, policy.np, policy.adkim, policy.aspf, policy.fo,
                    policy.testing, policy.discovery);
  };
  return told(a) == told(b);
}

// Messages judged by another policy than the one the report shows.
std::uint64_t messages_of_other_policies(const AggregateReport& report) {
  std::uint64_t messages = 0;
  for (const AggregateRecord& record : report.records) {
    if (!is_same_policy(record.row.published, report.policy)) messages += record.messages;
  }
  return messages;
}

std::string errors_of(const AggregateReport& report) {
  std::string errors;
  const std::uint64_t others = messages_of_other_policies(report);
  // RFC 9990 §3.1: of several policies in one period, the last one seen may stand for all.
  if (others != 0) {
    errors += "The policy changed: " + std::to_string(others) +
              " of the messages were judged by another one than the one shown. ";
  }
  if (report.left_out.records != 0) {
    errors += "This report is not complete: " + std::to_string(report.left_out.messages) +
              " messages, of " + std::to_string(report.left_out.records) +
              " more records, found no room in it. ";
  }
  // RFC 9990 §3.1.5.
  const auto record = dmarc::parse_record(report.policy.record);
  if (record && record->policy_invalid) {
    errors += "The value of p=, sp= or np= in the record is not valid. ";
  }
  return std::string(base::trim(errors));
}

void add_metadata(pugi::xml_node feedback, const AggregateReport& report) {
  pugi::xml_node metadata = feedback.append_child("report_metadata");
  add(metadata, "org_name", report.reporter.organization);
  add(metadata, "email", report.reporter.mailbox.text());
  if (!report.reporter.extra_contact_info.empty()) {
    add(metadata, "extra_contact_info", report.reporter.extra_contact_info);
  }
  add(metadata, "report_id", report.id);
  pugi::xml_node range = metadata.append_child("date_range");
  add(range, "begin", std::to_string(begin_of(report)));
  add(range, "end", std::to_string(end_of(report)));
  const std::string errors = errors_of(report);
  if (!errors.empty()) add(metadata, "error", errors);
  add(metadata, "generator", "Postern " POSTERN_VERSION);
}

// RFC 9990 §3.1.1: what was discovered, or the default of RFC 9989 §4.7.
void add_policy_published(pugi::xml_node feedback, const AggregateReport& report) {
  const store::PublishedPolicy& policy = report.policy;
  pugi::xml_node published = feedback.append_child("policy_published");
  add(published, "domain", report.policy_domain.text());
  add_word(published, "discovery_method", policy.discovery, {"treewalk", "psl"});
  const std::string& sp = policy.sp.empty() ? policy.p : policy.sp;
  add_policy(published, "p", policy.p);
  add_policy(published, "sp", sp);
  add_policy(published, "np", policy.np.empty() ? sp : policy.np);
  add(published, "fo", policy.fo);
  add_word(published, "adkim", policy.adkim, {"r", "s"});
  add_word(published, "aspf", policy.aspf, {"r", "s"});
  add(published, "testing", policy.testing ? "y" : "n");
}

void add_row(pugi::xml_node parent, const store::ReportRow& of, std::uint64_t messages) {
  pugi::xml_node row = parent.append_child("row");
  add(row, "source_ip", of.source_ip);
  add_number(row, "count", messages);
  pugi::xml_node evaluated = row.append_child("policy_evaluated");
  add_word(evaluated, "disposition", of.disposition, {"none", "pass", "quarantine", "reject"});
  add(evaluated, "dkim", of.dkim_aligned ? "pass" : "fail");
  add(evaluated, "spf", of.spf_aligned ? "pass" : "fail");
  for (const store::OverrideReason& reason : of.reasons) {
    pugi::xml_node node = evaluated.append_child("reason");
    add_word(node, "type", reason.type,
             {"other", "local_policy", "mailing_list", "policy_test_mode", "trusted_forwarder"});
    if (!reason.comment.empty()) add(node, "comment", reason.comment);
  }
}

void add_auth_results(pugi::xml_node parent, const store::ReportRow& row) {
  pugi::xml_node results = parent.append_child("auth_results");
  std::size_t count = 0;
  for (const store::DkimRow& dkim : row.dkim) {
    if (++count > dkim_results_max) break;
    pugi::xml_node node = results.append_child("dkim");
    add(node, "domain", dkim.domain);
    add(node, "selector", dkim.selector);
    add_word(node, "result", dkim.result,
             {"none", "pass", "fail", "policy", "neutral", "temperror", "permerror"});
  }
  if (!row.spf) return;
  pugi::xml_node node = results.append_child("spf");
  add(node, "domain", row.spf->domain);
  add(node, "scope", "mfrom");
  add_word(node, "result", row.spf->result,
           {"none", "pass", "fail", "softfail", "policy", "neutral", "temperror", "permerror"});
}

void add_record(pugi::xml_node feedback, const store::ReportRow& row, std::uint64_t messages) {
  pugi::xml_node record = feedback.append_child("record");
  add_row(record, row, messages);
  pugi::xml_node identifiers = record.append_child("identifiers");
  add(identifiers, "header_from", row.header_from);
  add(identifiers, "envelope_from", row.envelope_from);
  add_auth_results(record, row);
}

// What a record shows of a row: all but the policy.
auto shown(const store::ReportRow& row) {
  return std::tie(row.source_ip, row.header_from, row.envelope_from, row.disposition,
                  row.dkim_aligned, row.spf_aligned, row.reasons, row.dkim, row.spf);
}

void add_records(pugi::xml_node feedback, const AggregateReport& report) {
  const auto less = [](const store::ReportRow* a, const store::ReportRow* b) {
    return shown(*a) < shown(*b);
  };
  std::map<const store::ReportRow*, std::uint64_t, decltype(less)> messages(less);
  for (const AggregateRecord& record : report.records)
    messages[&record.row] += record.messages;
  for (const auto& [row, count] : messages)
    add_record(feedback, *row, count);
}

struct StringWriter final : pugi::xml_writer {
  std::string out;
  void write(const void* data, std::size_t size) override {
    out.append(static_cast<const char*>(data), size);
  }
};

std::string text_of(const AggregateReport& report) {
  std::uint64_t messages = 0;
  for (const AggregateRecord& record : report.records)
    messages += record.messages;
  return "This is a DMARC aggregate report (RFC 9990).\n\n"
         "Domain:       " +
         report.policy_domain.text() +
         "\n"
         "Reporter:     " +
         report.reporter.organization +
         "\n"
         "Period (UTC): " +
         mail_date(report.day) +
         ", one day\n"
         "Messages:     " +
         std::to_string(messages) +
         "\n\n"
         "The report itself is attached: XML, compressed with gzip. It was asked for by the\n"
         "domain's DMARC record; without rua= there, no more will come.\n";
}

}  // namespace

std::string report_id(const AggregateReport& report, std::string_view store) {
  const std::string key = report.reporter.organization + '\n' + report.policy_domain.text() + '\n' +
                          std::to_string(begin_of(report)) + '\n' + std::string(store);
  return crypto::digest(key);
}

std::string file_name(const AggregateReport& report) {
  return report.reporter.mailbox.domain.text() + '!' + report.policy_domain.text() + '!' +
         std::to_string(begin_of(report)) + '!' + std::to_string(end_of(report)) + '!' + report.id +
         ".xml.gz";
}

std::string to_xml(const AggregateReport& report) {
  assert(!report.records.empty());
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node feedback = document.append_child("feedback");
  feedback.append_attribute("xmlns") = "urn:ietf:params:xml:ns:dmarc-2.0";
  add(feedback, "version", "1.0");
  add_metadata(feedback, report);
  add_policy_published(feedback, report);
  add_records(feedback, report);
  StringWriter writer;
  document.save(writer, " ", pugi::format_indent, pugi::encoding_utf8);
  return std::move(writer.out);
}

MailMessage to_message(const AggregateReport& report, std::string xml_gz, const Mailbox& to,
                       base::WallTime now) {
  // RFC 9990 §3.5.1: these words in this order, and the receiver by its domain.
  return {.from = report.reporter.mailbox,
          .to = to,
          .subject = "Report Domain: " + report.policy_domain.text() + " Submitter: " +
                     report.reporter.mailbox.domain.text() + " Report-ID: " + report.id,
          .id = report.id,
          .date = now,
          .shape = MailMessage::Shape::mixed,
          .parts = {
              {.type = PartType::text, .body = text_of(report)},
              {.type = PartType::gzip, .body = std::move(xml_gz), .file_name = file_name(report)}}};
}

}  // namespace report
