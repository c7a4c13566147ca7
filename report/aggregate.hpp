#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/domain.hpp"
#include "base/time.hpp"
#include "report/mail_message.hpp"
#include "store/report_row.hpp"

// Aggregate reports (RFC 9990): what a domain owner is told once a day. The only door to pugixml.
namespace report {

// Who reports.
struct Reporter {
  std::string organization;
  Mailbox mailbox;                   // Its domain is the name of the receiver (§3.5.1).
  std::string extra_contact_info{};  // A web page, a telephone number; may be empty.
};

// One <record>, before equal ones are joined.
struct AggregateRecord {
  store::ReportRow row;
  std::uint64_t messages = 0;
  base::WallTime last{};  // When the last of them came.
};

// What a report has no room for; it says so itself.
struct LeftOut {
  std::uint64_t records = 0;
  std::uint64_t messages = 0;
};

// One report: one policy domain, one UTC day.
struct AggregateReport {
  Reporter reporter;
  base::Domain policy_domain;
  std::chrono::sys_days day;
  store::PublishedPolicy policy;  // Of the day; the last one seen, if there were several (§3.1).
  std::vector<AggregateRecord> records;
  LeftOut left_out{};
  std::string id{};  // report_id() when it was made.
};

// 32 hexadecimal digits that depend on organization, policy domain, day and store alone: the same
// at every retry (§3.5.2), on every machine of a fleet, and no other report's. `store` tells the
// stores of one organization apart (store_identity()), each of which reports what it has itself.
[[nodiscard]] std::string report_id(const AggregateReport& report, std::string_view store);

// "receiver!policy-domain!begin!end!id.xml.gz" (§3.5.1).
[[nodiscard]] std::string file_name(const AggregateReport& report);

// The report in the namespace of RFC 9990, valid against its schema whatever mail said: characters
// that XML cannot hold are escaped as base::printable() does. Records that differ only in the
// policy they were judged by are joined; <error> then says how many messages that concerns.
// REQUIRES: at least one record.
[[nodiscard]] std::string to_xml(const AggregateReport& report);

// The mail message that brings `xml_gz`, the gzip of to_xml(), to one mailbox; `now` is its Date.
// The number of messages that its text tells is the sum over the records; their rows are not read.
[[nodiscard]] MailMessage to_message(const AggregateReport& report, std::string xml_gz,
                                     const Mailbox& to, base::WallTime now);

}  // namespace report
