#include "report/feedback/failure.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "report/digest.hpp"
#include "report/feedback/report_row.hpp"
#include "report/redaction.hpp"

namespace report {

namespace {

constexpr std::size_t value_octets_max = 900;   // A line of mail has at most 998.
constexpr std::size_t record_octets_max = 600;  // Of an SPF record.

// RFC 6591 §3.3 speaks of signatures that were evaluated; one that was not looked at is `policy`.
bool has_failed(const dkim::Result& result) {
  return result.status == dkim::Status::fail || result.status == dkim::Status::permerror;
}

bool has_failed(const spf::Result& result) {
  return result.status == spf::Status::fail || result.status == spf::Status::softfail;
}

const dkim::Result* failed_signature(const verify::Facts& facts) {
  const auto found = std::ranges::find_if(
      facts.dkim, [](const dkim::Result& result) { return has_failed(result); });
  return found == facts.dkim.end() ? nullptr : &*found;
}

// The mechanisms that gave no aligned pass, and not because of a temporary error.
bool dkim_gave_nothing(const verify::Facts& facts) {
  return !facts.dmarc.dkim_aligned && std::ranges::none_of(facts.dkim, [](const auto& result) {
    return result.in_doubt();
  });
}

bool spf_gave_nothing(const verify::Facts& facts) {
  const spf::Result* const spf = facts.mail_from_spf();
  return !facts.dmarc.spf_aligned && (spf == nullptr || spf->status != spf::Status::temperror);
}

bool could_align(const std::optional<base::Domain>& domain, const verify::Facts& facts) {
  const auto& organization = facts.dmarc.organization;
  return domain && organization && domain->is_within(*organization);
}

std::string_view auth_failure(const FailureReport& report) {
  if (report.failure == Failure::dmarc) return "dmarc";
  if (report.failure == Failure::spf) return "spf";
  const dkim::Result* const signature = failed_signature(report.event.facts);
  if (signature == nullptr) return "signature";
  if (signature->reason == dkim::Reason::body_hash_mismatch) return "bodyhash";
  return signature->reason == dkim::Reason::key_revoked ? "revoked" : "signature";
}

// RFC 6591 §3.1: the result of one method. Only domains, which need no quoting (RFC 8601 §2.2).
std::string authentication_results(const FailureReport& report, const FailureReporter& reporter) {
  const verify::Facts& facts = report.event.facts;
  std::string value = reporter.authserv_id.text() + "; ";
  const dkim::Result* const signature = failed_signature(facts);
  const spf::Result* const spf = facts.mail_from_spf();
  if (report.failure == Failure::dkim && signature != nullptr) {
    value.append("dkim=").append(dkim::name(signature->status));
    if (signature->domain) value += " header.d=" + signature->domain->text();
  } else if (report.failure == Failure::spf && spf != nullptr) {
    value.append("spf=").append(spf::name(spf->status));
    if (spf->domain) value += " smtp.mailfrom=" + spf->domain->text();
  } else {
    value.append("dmarc=").append(dmarc::name(facts.dmarc.status));
    if (facts.dmarc.author) value += " header.from=" + facts.dmarc.author->text();
  }
  return value;
}

// RFC 9991 §4: which mechanisms gave no aligned identity.
std::string_view identity_alignment(const verify::Facts& facts) {
  const dmarc::Result& dmarc = facts.dmarc;
  if (dmarc.dkim_aligned) return dmarc.spf_aligned ? "none" : "spf";
  return dmarc.spf_aligned ? "dkim" : "dkim, spf";
}

// RFC 6591 §3.2.2.
std::string_view delivery_result(policy::Action action) {
  switch (action) {
    case policy::Action::accept:
    case policy::Action::tag:
      return "delivered";
    case policy::Action::quarantine:
      return "policy";
    case policy::Action::reject:
      return "reject";
    case policy::Action::defer:
      return "other";
  }
  return "other";
}

// "Name: value". Hostile values come through base::printable(), so they hold no line end; its
// escapes may make them long, and a longer line would be broken in two.
void add(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value.substr(0, value_octets_max)).append("\n");
}

// RFC 6591 §3.2.3: REQUIRED when a signature failed that could have aligned.
void add_signature(std::string& out, const FailureReport& report, std::string_view key) {
  const verify::Facts& facts = report.event.facts;
  for (const dkim::Result& result : facts.dkim) {
    const bool told = report.failure == Failure::dkim || could_align(result.domain, facts);
    if (!has_failed(result) || !told) continue;
    if (result.domain) add(out, "DKIM-Domain", result.domain->text());
    if (!result.identity.empty()) {
      add(out, "DKIM-Identity", base::printable(redacted(result.identity, key)));
    }
    add(out, "DKIM-Selector", base::printable(result.selector));
    return;
  }
}

// RFC 6591 §3.2.6: REQUIRED when SPF failed for a domain that could have aligned.
void add_spf_records(std::string& out, const FailureReport& report) {
  const verify::Facts& facts = report.event.facts;
  const spf::Result* const spf = facts.mail_from_spf();
  if (spf == nullptr || !spf->domain || !has_failed(*spf)) return;
  if (report.failure != Failure::spf && !could_align(spf->domain, facts)) return;
  const dns::Question asked{spf->domain->text(), dns::Type::txt};
  for (const dns::Lookup& lookup : facts.dns) {
    if (lookup.question != asked) continue;
    for (const dns::Record& record : lookup.answer.records) {
      const std::string text = base::printable(dns::text(record), record_octets_max);
      if (!text.starts_with("v=spf1")) continue;
      add(out, "SPF-DNS", "txt : " + asked.name + " : \"" + text + '"');
    }
  }
}

// Whose mail it claims to be.
std::string author_of(const verify::Facts& facts) {
  const base::Domain* const author = facts.from_domain();
  return author != nullptr ? author->text() : "";
}

std::string text_of(const FailureReport& report, const FailureReporter& reporter) {
  return "This is an authentication failure report (RFC 9991) from " +
         reporter.mailbox.domain.text() + "\nabout mail that claims to be from " +
         author_of(report.event.facts) +
         ".\n\nLocal parts of addresses are replaced by digits, and only some header fields are\n"
         "shown. It was asked for by the domain's DMARC record; without ruf= there, no more\n"
         "will come.\n";
}

}  // namespace

std::optional<Failure> wanted_failure(std::string_view fo, const verify::Facts& facts) {
  const dmarc::Status status = facts.dmarc.status;
  const bool judged = status == dmarc::Status::pass || status == dmarc::Status::fail;
  if (!judged) return std::nullopt;
  // RFC 9989 §4.7: "0" when no mechanism gave an aligned pass, "1" when any did not.
  if (fo.contains('0') && status == dmarc::Status::fail) return Failure::dmarc;
  if (fo.contains('1') && (dkim_gave_nothing(facts) || spf_gave_nothing(facts))) {
    return Failure::dmarc;
  }
  // "d" and "s": whatever the alignment.
  if (fo.contains('d') && failed_signature(facts) != nullptr) return Failure::dkim;
  const spf::Result* const spf = facts.mail_from_spf();
  if (fo.contains('s') && spf != nullptr && has_failed(*spf)) return Failure::spf;
  return std::nullopt;
}

std::optional<Failure> wanted_failure(const Event& event) {
  const auto record = published_record(event);
  if (!record) return std::nullopt;
  return wanted_failure(record->failure_options, event.facts);
}

bool may_send_failure_report(const dmarc::Record& record, const Event& event) {
  const bool public_suffix = record.public_suffix.value_or(false);
  return !public_suffix && !record.failure_to.empty() && event.verified &&
         !event.envelope.mail_from.empty() && !event.facts.message.auto_submitted;
}

std::string incident_of(const Event& event, Failure failure) {
  static constexpr std::string_view names[] = {"dmarc", "dkim", "spf"};
  const auto& client = event.connection.client;
  return author_of(event.facts) + ' ' + (client ? client->text() : "local") + ' ' +
         std::string(names[static_cast<std::size_t>(failure)]);
}

std::string feedback_fields(const FailureReport& report, const FailureReporter& reporter) {
  const Event& event = report.event;
  std::string out;
  add(out, "Feedback-Type", "auth-failure");  // RFC 6591 §3.1, RFC 5965 §3.1.
  add(out, "Version", "1");
  add(out, "User-Agent", "Postern/" POSTERN_VERSION);
  add(out, "Auth-Failure", auth_failure(report));
  add(out, "Authentication-Results", authentication_results(report, reporter));
  add(out, "Identity-Alignment", identity_alignment(event.facts));
  add(out, "Reported-Domain", author_of(event.facts));
  add(out, "Original-Mail-From",
      '<' + base::printable(redacted(event.envelope.mail_from, reporter.key)) + '>');
  add(out, "Arrival-Date", mail_date(event.time));
  if (event.connection.client) add(out, "Source-IP", event.connection.client->text());
  add(out, "Delivery-Result", delivery_result(event.decision.action));
  add(out, "Incidents", std::to_string(report.incidents));  // RFC 5965 §3.2.
  add_signature(out, report, reporter.key);
  add_spf_records(out, report);
  return out;
}

MailMessage to_message(const FailureReport& report, const FailureReporter& reporter,
                       const Mailbox& to, base::WallTime now) {
  return {.from = reporter.mailbox,
          .to = to,
          .subject = "Authentication failure report for " + author_of(report.event.facts),
          .id = digest(report.event.id),
          .date = now,
          .shape = MailMessage::Shape::feedback_report,
          .parts = {{.type = PartType::text, .body = text_of(report, reporter)},
                    {.type = PartType::feedback_report, .body = feedback_fields(report, reporter)},
                    {.type = PartType::headers, .body = report.redacted_headers}}};
}

}  // namespace report
