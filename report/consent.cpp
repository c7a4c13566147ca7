#include "report/consent.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "verify/dmarc/record.hpp"

namespace report {

namespace {

constexpr std::size_t replacements_max = 10;

Consented refuse(const Mailbox& asked, std::string why) {
  return {.asked = asked, .consent = Consent::refused, .send_to = {}, .why = std::move(why)};
}

Consented defer(const Mailbox& asked, std::string why) {
  return {.asked = asked, .consent = Consent::deferred, .send_to = {}, .why = std::move(why)};
}

// RFC 9990 §4, steps 6 and 7: what begins with v=DMARC1 counts; several are as good as one.
std::vector<dmarc::Record> consenting_records(const dns::Answer& answer) {
  std::vector<dmarc::Record> records;
  for (const dns::Record& candidate : answer.records) {
    const auto* text = std::get_if<std::string>(&candidate);
    if (text == nullptr) continue;
    if (auto record = dmarc::parse_record(*text)) records.push_back(std::move(*record));
  }
  return records;
}

// True when the record has the tag of `kind`, whatever became of its value: one that cannot be read
// still says that reports should not go to the mailbox that was asked for.
bool names_somebody(const dmarc::Record& record, ReportKind kind) {
  const std::string_view wanted = kind == ReportKind::aggregate ? "rua" : "ruf";
  std::string_view rest = record.text;
  while (!rest.empty()) {
    const std::string_view tag = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(tag.size() + 1, rest.size()));
    if (base::equal_ignoring_case(base::trim(tag.substr(0, tag.find('='))), wanted)) return true;
  }
  return false;
}

Consented accept(const Mailbox& asked, std::span<const dmarc::Record> records, ReportKind kind) {
  std::vector<std::string> uris;
  for (const dmarc::Record& record : records) {
    const auto& named = kind == ReportKind::aggregate ? record.aggregate_to : record.failure_to;
    uris.insert(uris.end(), named.begin(), named.end());
  }
  Consented made{.asked = asked, .consent = Consent::authorised, .send_to = {asked}, .why = {}};
  if (std::ranges::none_of(
          records, [&](const dmarc::Record& record) { return names_somebody(record, kind); })) {
    return made;
  }
  // RFC 9990 §4, step 9: the host names the mailbox it wants. That one on another host means
  // neither gets the report: else consent could be used to pass reports on to a victim.
  made.send_to = choose_destinations(uris, replacements_max).used;
  const bool all_on_host = std::ranges::all_of(
      made.send_to, [&](const Mailbox& mailbox) { return mailbox.domain == asked.domain; });
  if (made.send_to.empty()) return refuse(asked, "the consent names no usable mailbox");
  if (!all_on_host) return refuse(asked, "the consent names a mailbox on another host");
  return made;
}

// The questions of one tree walk, under way.
class PendingWalk {
 public:
  PendingWalk(dns::Resolver& resolver, base::Domain start) : start_(std::move(start)) {
    for (const base::Domain& name : dmarc::walk_names(start_)) {
      pending_.push_back(resolver.lookup(dmarc::record_question(name)));
    }
  }
  [[nodiscard]] dmarc::Walk finish(base::Deadline deadline) const {
    std::vector<dns::Answer> answers;
    for (const dns::Pending& pending : pending_)
      answers.push_back(dns::wait(pending, deadline));
    return dmarc::walk(start_, answers);
  }

 private:
  base::Domain start_;
  std::vector<dns::Pending> pending_;
};

}  // namespace

std::optional<dns::Question> consent_question(const base::Domain& policy_domain,
                                              const base::Domain& host) {
  // RFC 9990 §4, step 4.
  const auto name = base::Domain::parse(policy_domain.text() + "._report._dmarc." + host.text());
  if (!name) return std::nullopt;
  return dns::Question{name->text(), dns::Type::txt};
}

Consented judge_consent(const Mailbox& asked, const ConsentEvidence& evidence, ReportKind kind) {
  const dmarc::SameOrganization same =
      dmarc::same_organization(evidence.policy_domain, evidence.host);
  if (same == dmarc::SameOrganization::yes) {
    return {.asked = asked, .consent = Consent::same_organization, .send_to = {asked}, .why = {}};
  }
  if (evidence.answer) {
    const dns::Outcome outcome = evidence.answer->outcome;
    if (dns::is_temporary(outcome)) {
      return defer(asked, "its host's consent could not be looked up");
    }
    const std::vector<dmarc::Record> records = consenting_records(*evidence.answer);
    if (!records.empty()) return accept(asked, records, kind);
  }
  if (same == dmarc::SameOrganization::unknown) {
    return defer(asked, "the organizational domains could not be found out");
  }
  return refuse(asked, evidence.answer ? "its host does not consent"
                                       : "the name of its host's consent would be too long");
}

std::vector<Consented> verify_destinations(dns::Resolver& resolver,
                                           const base::Domain& policy_domain,
                                           std::span<const Mailbox> destinations, ReportKind kind,
                                           base::Deadline deadline) {
  struct Asked {
    std::optional<PendingWalk> host;  // Nothing: the policy domain itself needs no question.
    std::optional<dns::Pending> consent;
  };
  std::optional<PendingWalk> policy_walk;
  std::vector<Asked> asked;
  for (const Mailbox& mailbox : destinations) {
    Asked& questions = asked.emplace_back();
    if (mailbox.domain == policy_domain) continue;
    if (!policy_walk) policy_walk.emplace(resolver, policy_domain);
    questions.host.emplace(resolver, mailbox.domain);
    const auto question = consent_question(policy_domain, mailbox.domain);
    if (question) questions.consent = resolver.lookup(*question);
  }

  std::vector<Consented> results;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Mailbox& mailbox = destinations[i];
    if (!asked[i].host) {
      results.push_back({mailbox, Consent::same_organization, {mailbox}, {}});
      continue;
    }
    ConsentEvidence evidence{.policy_domain = policy_walk->finish(deadline),
                             .host = asked[i].host->finish(deadline),
                             .answer = std::nullopt};
    if (asked[i].consent) evidence.answer = dns::wait(*asked[i].consent, deadline);
    results.push_back(judge_consent(mailbox, evidence, kind));
  }
  return results;
}

std::vector<Mailbox> consented_mailboxes(std::span<const Consented> results) {
  std::vector<Mailbox> all;
  for (const Consented& result : results) {
    for (const Mailbox& mailbox : result.send_to) {
      if (std::ranges::find(all, mailbox) == all.end()) all.push_back(mailbox);
    }
  }
  return all;
}

}  // namespace report
