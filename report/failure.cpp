#include "report/failure.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "event/redaction.hpp"
#include "store/incident.hpp"
#include "verify/crypto/digest.hpp"

namespace report {

namespace {

constexpr std::size_t copied_octets_max = 900;  // A line of mail has at most 998.
constexpr std::size_t record_octets_max = 600;  // Of an SPF record.

bool could_align(const std::optional<base::Domain>& domain, const verify::Facts& facts) {
  const auto& organization = facts.dmarc.organization;
  return domain && organization && domain->is_within(*organization);
}

std::string_view auth_failure(const FailureReport& report) {
  if (report.failure == store::Failure::dmarc) return "dmarc";
  if (report.failure == store::Failure::spf) return "spf";
  const dkim::Result* const signature = store::failed_signature(report.event.facts);
  if (signature == nullptr) return "signature";
  if (signature->reason == dkim::Reason::body_hash_mismatch) return "bodyhash";
  return signature->reason == dkim::Reason::key_revoked ? "revoked" : "signature";
}

// RFC 6591 §3.1: the result of one method. Only domains, which need no quoting (RFC 8601 §2.2).
std::string authentication_results(const FailureReport& report, const FailureReporter& reporter) {
  const verify::Facts& facts = report.event.facts;
  std::string value = reporter.authserv_id.text() + "; ";
  const dkim::Result* const signature = store::failed_signature(facts);
  const spf::Result* const spf = facts.mail_from_spf();
  if (report.failure == store::Failure::dkim && signature != nullptr) {
    value.append("dkim=").append(dkim::name(signature->status));
    if (signature->domain) value += " header.d=" + signature->domain->text();
  } else if (report.failure == store::Failure::spf && spf != nullptr) {
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
  out.append(name).append(": ").append(value.substr(0, copied_octets_max)).append("\n");
}

// RFC 6591 §3.2.3: REQUIRED when a signature failed that could have aligned.
void add_signature(std::string& out, const FailureReport& report, std::string_view key) {
  const verify::Facts& facts = report.event.facts;
  for (const dkim::Result& result : facts.dkim) {
    const bool told = report.failure == store::Failure::dkim || could_align(result.domain, facts);
    if (!store::has_failed(result) || !told) continue;
    if (result.domain) add(out, "DKIM-Domain", result.domain->text());
    if (!result.identity.empty()) {
      add(out, "DKIM-Identity", base::printable(event::redacted(result.identity, key)));
    }
    add(out, "DKIM-Selector", base::printable(result.selector));
    return;
  }
}

// RFC 6591 §3.2.6: REQUIRED when SPF failed for a domain that could have aligned.
void add_spf_records(std::string& out, const FailureReport& report) {
  const verify::Facts& facts = report.event.facts;
  const spf::Result* const spf = facts.mail_from_spf();
  if (spf == nullptr || !spf->domain || !store::has_failed(*spf)) return;
  if (report.failure != store::Failure::spf && !could_align(spf->domain, facts)) return;
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

std::string text_of(const FailureReport& report, const FailureReporter& reporter) {
  return "This is an authentication failure report (RFC 9991) from " +
         reporter.mailbox.domain.text() + "\nabout mail that claims to be from " +
         store::author_of(report.event.facts) +
         ".\n\nLocal parts of addresses are replaced by digits, and only some header fields are\n"
         "shown. It was asked for by the domain's DMARC record; without ruf= there, no more\n"
         "will come.\n";
}

}  // namespace

bool may_send_failure_report(const dmarc::Record& record, const event::Event& event) {
  const bool public_suffix = record.public_suffix.value_or(false);
  return !public_suffix && !record.failure_to.empty() && event.verified &&
         !event.envelope.mail_from.empty() && !event.facts.message.auto_submitted;
}

std::string feedback_fields(const FailureReport& report, const FailureReporter& reporter) {
  const event::Event& event = report.event;
  std::string out;
  add(out, "Feedback-Type", "auth-failure");  // RFC 6591 §3.1, RFC 5965 §3.1.
  add(out, "Version", "1");
  add(out, "User-Agent", "Postern/" POSTERN_VERSION);
  add(out, "Auth-Failure", auth_failure(report));
  add(out, "Authentication-Results", authentication_results(report, reporter));
  add(out, "Identity-Alignment", identity_alignment(event.facts));
  add(out, "Reported-Domain", store::author_of(event.facts));
  add(out, "Original-Mail-From",
      '<' + base::printable(event::redacted(event.envelope.mail_from, reporter.key)) + '>');
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
          .subject = "Authentication failure report for " + store::author_of(report.event.facts),
          .id = crypto::digest(report.event.id),
          .date = now,
          .shape = MailMessage::Shape::feedback_report,
          .parts = {{.type = PartType::text, .body = text_of(report, reporter)},
                    {.type = PartType::feedback_report, .body = feedback_fields(report, reporter)},
                    {.type = PartType::headers, .body = report.redacted_headers}}};
}

}  // namespace report
