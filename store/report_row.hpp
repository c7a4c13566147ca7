#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"
#include "verify/dmarc/record.hpp"

// What of a message goes into an aggregate report (RFC 9990 §3.1.1). Messages with the same row are
// one record of it, with their number; so a row holds nothing that tells one message from another.
namespace store {

// The policy as the domain owner published it. Words as in the record; empty: not published.
struct PublishedPolicy {
  std::string record;  // The text, for who wants reports; empty when the event had no room for it.
  std::string p;       // none quarantine reject
  std::string sp;      // Of subdomains.
  std::string np;      // Of domains that do not exist.
  std::string adkim = "r";  // r (relaxed) or s (strict): how the domain of a signature is aligned,
  std::string aspf = "r";   // and that of MAIL FROM.
  std::string fo = "0";     // When a failure report is wanted, as dmarc::Record::failure_options.
  bool testing = false;     // t=y
  std::string discovery = "treewalk";  // RFC 9989 §4.10 is the one method here.

  friend bool operator==(const PublishedPolicy&, const PublishedPolicy&) = default;
};

// Why what was done is not what the policy asked for (RFC 9990 §3.1.1.9).
struct OverrideReason {
  std::string type;  // local_policy mailing_list other policy_test_mode trusted_forwarder
  std::string comment;  // Our rule in words, never the message's; may be empty.

  friend auto operator<=>(const OverrideReason&, const OverrideReason&) = default;
};

// One signature. Domain and selector are the signer's choice, so as hostile as mail is.
struct DkimRow {
  std::string domain;
  std::string selector;
  std::string result;  // The word of RFC 8601 §2.7.1.

  friend auto operator<=>(const DkimRow&, const DkimRow&) = default;
};

struct SpfRow {  // Of MAIL FROM; HELO results are not reported (RFC 9990 §3.1.1.11).
  std::string domain;
  std::string result;  // The word of RFC 8601 §2.7.2.

  friend auto operator<=>(const SpfRow&, const SpfRow&) = default;
};

// What one <record> groups by: all but the number of messages. Text is as hostile as mail is.
struct ReportRow {
  std::string policy_domain;  // Where the record was found; the report goes to its owner.
  PublishedPolicy published;
  std::string source_ip;      // Of the client, as text.
  std::string header_from;    // The author domain.
  std::string envelope_from;  // The domain; empty for the null sender.
  std::string disposition;    // none pass quarantine reject
  bool dkim_aligned = false;
  bool spf_aligned = false;
  std::vector<OverrideReason> reasons;  // Sorted.
  std::vector<DkimRow> dkim;            // At most 100, sorted.
  std::optional<SpfRow> spf;

  friend bool operator==(const ReportRow&, const ReportRow&) = default;
};

// The record that a report of this message is about; nothing when row_of() gives nothing, or the
// event had no room for its text. Pure.
[[nodiscard]] std::optional<dmarc::Record> published_record(const event::Event& event);

// Nothing for mail that no report is about: trusted and so not verified, of no single author, from
// this machine, without a DMARC record, or deferred, which comes again. Pure.
[[nodiscard]] std::optional<ReportRow> row_of(const event::Event& event);

// False for what must not be the reason that a report is sent (report loops): mail of or to
// `report_address`, bounces, auto-submitted mail. It counts in a report that others cause. Pure.
[[nodiscard]] bool causes_report(const event::Event& event, std::string_view report_address);

// Canonical: equal rows give equal text, which is what rows are told apart by in the store. Texts
// are cut where events have no longer ones. Pure.
[[nodiscard]] std::string to_json(const ReportRow& row);
// The inverse; an error for what is not a row, as of a later version or the one that stands for
// messages that were only counted. Unknown members are ignored. Pure.
[[nodiscard]] base::Result<ReportRow> row_from_json(std::string_view text);

}  // namespace store
