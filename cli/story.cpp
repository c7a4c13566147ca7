#include "cli/story.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "cli/page.hpp"
#include "event/advice.hpp"

namespace cli {

namespace {

constexpr std::size_t answer_max = 300;

std::string shown(std::string_view text, std::size_t octets_max = answer_max) {
  return text.empty() ? "-" : base::printable(text, octets_max);
}

std::string shown(const std::optional<base::Domain>& domain) {
  return domain ? domain->text() : "-";
}

std::string in_words(policy::Action action) {
  switch (action) {
    case policy::Action::accept:
      return "delivered";
    case policy::Action::tag:
      return "delivered, with the results in its header";
    case policy::Action::quarantine:
      return "quarantined";
    case policy::Action::defer:
      return "deferred: the sender was asked to come again";
    case policy::Action::reject:
      return "rejected";
  }
  return "delivered";
}

// How many, and of which domains: their tenant's rules counted.
std::string recipients_text(const std::vector<std::string>& recipients) {
  constexpr std::size_t domains_max = 5;
  std::vector<std::string> domains;
  for (const std::string& recipient : recipients) {
    const std::size_t at = recipient.rfind('@');
    if (at != std::string::npos) domains.push_back(base::to_lower(recipient.substr(at + 1)));
  }
  std::ranges::sort(domains);
  domains.erase(std::ranges::unique(domains).begin(), domains.end());
  std::string text = std::to_string(recipients.size());
  for (std::size_t i = 0; i < domains.size() && i < domains_max; ++i)
    text.append(i == 0 ? ", in " : ", ").append(shown(domains[i], 253));
  return domains.size() > domains_max ? text + ", ..." : text;
}

void tell_message(Page& page, const event::Event& event) {
  const verify::Connection& connection = event.connection;
  const auto& iprev = event.facts.iprev;
  page.heading("Message " + shown(event.envelope.queue_id, 40) + ", event " + shown(event.id, 60));
  page.line("outcome",
            in_words(event.decision.action) + " (" + shown(event.decision.rule, 60) + ")");
  page.line("received", base::timestamp(event.time) + " by " + shown(event.gateway, 253));
  std::string client = connection.client ? connection.client->text() : "local or unknown";
  if (iprev) {
    client += ", reverse name " + shown(iprev->name.value_or("none"), 253) +
              " (iprev=" + std::string(iprev::name(iprev->status)) + ")";
  }
  if (connection.authenticated) client += ", authenticated";
  page.line("from client", client);
  page.line("HELO", shown(connection.helo, 253));
  page.line("MAIL FROM", "<" + base::printable(event.envelope.mail_from) + ">");
  const base::Domain* author = event.facts.from_domain();
  page.line("From", author != nullptr ? author->text() : "no single author domain");
  if (event.facts.from_fault) page.line("", mail::name(*event.facts.from_fault));
  page.line("Message-ID", shown(event.facts.message.message_id));
  page.line("size", std::to_string(event.facts.message.size) + " octets");
}

std::string answer_text(const dns::Answer& answer) {
  if (answer.outcome != dns::Outcome::found) return std::string(dns::name(answer.outcome));
  std::string text;
  for (const dns::Record& record : answer.records)
    text.append(text.empty() ? "" : " | ").append(base::printable(dns::text(record), answer_max));
  return text;
}

void tell_dns(Page& page, const event::Event& event) {
  constexpr std::pair<Purpose, std::string_view> groups[] = {
      {Purpose::spf, "What was asked of the DNS for SPF"},
      {Purpose::dkim_key, "What was asked of the DNS for DKIM and ARC keys"},
      {Purpose::dmarc, "What was asked of the DNS for DMARC"},
      {Purpose::reverse, "What was asked of the DNS for the client's reverse name"}};
  for (const auto& [purpose, title] : groups) {
    std::size_t questions = 0;
    std::size_t empty = 0;
    for (const dns::Lookup& lookup : event.facts.dns) {
      if (purpose_of(lookup.question, event) != purpose) continue;
      if (questions++ == 0) page.heading(title);
      empty += lookup.answer.outcome == dns::Outcome::no_data ||
               lookup.answer.outcome == dns::Outcome::no_name;
      page.line(dns::name(lookup.question.type), shown(lookup.question.name, 253));
      page.line("", answer_text(lookup.answer));
    }
    if (questions == 0) continue;
    std::string text =
        std::to_string(questions) + " asked, " + std::to_string(empty) + " of them without records";
    // RFC 7208 §4.6.4
    if (purpose == Purpose::spf) text += " (SPF allows 10 terms that ask, and 2 that find nothing)";
    page.line("in all", text);
  }
  page.heading("Limits");
  page.line("DNS", std::to_string(event.facts.dns.size()) + " of " +
                       std::to_string(verify::Questions{}.sum({}, {})) + " questions");
  page.line("signatures", std::to_string(event.facts.dkim.size()) + " (10 are looked at)");
}

void tell_checks(Page& page, const verify::Facts& facts) {
  page.heading("What the checks found");
  for (const spf::Result& spf : facts.spf) {
    std::string text = std::string(spf::name(spf.status)) + " for " + shown(spf.domain) + " (" +
                       std::string(spf::name(spf.identity)) + ")";
    if (!spf.mechanism.empty()) text += ", decided by " + shown(spf.mechanism);
    if (!spf.problem.empty()) text += ": " + shown(spf.problem);
    page.line("SPF", text);
    if (!spf.explanation.empty()) page.line("", "the domain explains: " + shown(spf.explanation));
  }
  for (const dkim::Result* dkim : dkim::most_telling(facts.dkim, 10)) {
    std::string text = std::string(dkim::name(dkim->status)) + ", d=" + shown(dkim->domain) +
                       " s=" + shown(dkim->selector, 80) + " a=" + shown(dkim->algorithm, 80);
    if (dkim->reason != dkim::Reason::none) text += ": " + std::string(dkim::name(dkim->reason));
    if (dkim->verified && dkim->reason != dkim::Reason::none) text += " (key and sums are right)";
    if (dkim->key_bits > 0) text += ", " + std::to_string(dkim->key_bits) + " bits";
    if (dkim->testing) text += ", testing (t=y)";
    page.line("DKIM", text);
  }
  if (facts.dkim.empty()) page.line("DKIM", "no signature");
  std::string arc(arc::name(facts.arc.status));
  for (const arc::Sealer& sealer : facts.arc.sealers)
    arc += ", sealed by " + sealer.domain.text();
  if (!facts.arc.detail.empty()) arc += ": " + shown(facts.arc.detail);
  page.line("ARC", arc);
  std::string dmarc(dmarc::name(facts.dmarc.status));
  if (!facts.dmarc.reason.empty()) dmarc += ": " + shown(facts.dmarc.reason);
  page.line("DMARC", dmarc);
}

// RFC 9989 §4.10: which names were asked, and what that makes the organizational domain.
void tell_organization(Page& page, const event::Event& event) {
  const base::Domain* author = event.facts.from_domain();
  if (author == nullptr || event.facts.message.header_truncated) return;
  page.heading("Organizational domain (DNS tree walk, RFC 9989 section 4.10)");
  for (const base::Domain& name : dmarc::walk_names(*author)) {
    const auto asked =
        std::ranges::find(event.facts.dns, dmarc::record_question(name), &dns::Lookup::question);
    page.line("_dmarc",
              name.text() + ": " +
                  (asked == event.facts.dns.end() ? "not remembered" : answer_text(asked->answer)));
  }
  const dmarc::Result& dmarc = event.facts.dmarc;
  page.line("organization", shown(dmarc.organization));
  page.line("record of", shown(dmarc.policy_domain));
}

void tell_alignment(Page& page, const verify::Facts& facts) {
  const base::Domain* author = facts.from_domain();
  if (author == nullptr || facts.message.header_truncated) return;
  page.heading("Alignment with " + author->text());
  const auto relation = [&](const std::optional<base::Domain>& domain, bool strict, bool passed,
                            bool any_aligned) -> std::string {
    const auto& organization = facts.dmarc.organization;
    if (!domain || !organization || !domain->is_within(*organization)) {
      return "no: another organization";
    }
    if (strict && *domain != *author) return "no: not that very name (strict)";
    if (!passed) return "its domain would, but it did not pass";
    return any_aligned || !facts.dmarc.policy_domain ? "yes" : "not known: temporary error";
  };
  const auto& record = facts.dmarc.record;
  std::vector<std::vector<std::string>> rows = {{"identifier", "domain", "result", "aligned"}};
  if (const spf::Result* spf = facts.mail_from_spf()) {
    const bool strict = record && record->spf_alignment == dmarc::Alignment::strict;
    rows.push_back(
        {"SPF", shown(spf->domain), std::string(spf::name(spf->status)),
         relation(spf->domain, strict, spf->status == spf::Status::pass, facts.dmarc.spf_aligned)});
  }
  for (const dkim::Result* dkim : dkim::most_telling(facts.dkim, 10)) {
    const bool strict = record && record->dkim_alignment == dmarc::Alignment::strict;
    rows.push_back({"DKIM", shown(dkim->domain), std::string(dkim::name(dkim->status)),
                    relation(dkim->domain, strict, dkim->vouches(), facts.dmarc.dkim_aligned)});
  }
  page.table(rows);
}

void tell_decision(Page& page, const event::Event& event) {
  const policy::Decision& decision = event.decision;
  const dmarc::Result& dmarc = event.facts.dmarc;
  page.heading("What was decided");
  if (dmarc.policy_domain) {
    std::string text = shown(dmarc.policy_tag, 10) + "=" +
                       std::string(dmarc::name(dmarc.published)) + " of " +
                       dmarc.policy_domain->text();
    if (dmarc.policy != dmarc.published) {
      text += ", applied as " + std::string(dmarc::name(dmarc.policy)) + ", as it is testing";
    }
    page.line("published", text);
  }
  for (const std::string& evidence : decision.corroboration) {
    page.line(evidence.starts_with('-') ? "against" : "for refusal", evidence_in_words(evidence));
  }
  page.line("action", in_words(decision.action));
  if (decision.would != decision.action) {
    page.line("would be", in_words(decision.would) + ", if everything were enforced");
  }
  page.line("rule", shown(decision.rule, 60));
  if (decision.reply.code != 250) {
    page.line("reply", std::to_string(decision.reply.code) + " " + decision.reply.enhanced_code +
                           " " + base::printable(decision.reply.text, 500));
  }
}

// Whom we serve, what we run, whom we make exceptions for, and what we watch for.
void tell_site(Page& page, const event::Event& event) {
  const policy::Decision& decision = event.decision;
  page.heading("For this site only: cut off here what you forward");
  page.line("recipients", recipients_text(event.envelope.recipients));
  if (event.connection.relay) page.line("our relay", event.connection.relay->text());
  if (!event.connection.relay_problem.empty()) {
    page.line("", shown(event.connection.relay_problem, 253));
  }
  if (!decision.tenant.empty()) page.line("tenant", shown(decision.tenant, 253));
  for (const policy::Stricter& stricter : decision.stricter) {
    page.line("stricter", shown(stricter.recipients_domain, 253) + " wanted " +
                              std::string(policy::name(stricter.action)));
  }
  page.line("why", shown(decision.why, 500));
  for (const std::string& signal : event.signals)
    page.line("noticed", shown(signal));
  if (event.circumstances.dns_degraded) page.line("our DNS", "was failing at that time");
  page.line("configuration", shown(event.config, 60));
}

void tell_difference(Page& page, const event::Difference& difference) {
  page.line("differs", difference.what + " was " + shown(difference.stored) + ", now " +
                           shown(difference.derived));
}

void tell_again(Page& page, const event::Rederivation& again) {
  page.heading("Derived again from the stored answers, without network");
  const bool same = again.differences.empty() && again.decision.empty();
  const bool sure = same || again.missing.empty();
  page.line("result", same   ? "same verdict"
                      : sure ? "not the same verdict"
                             : "cannot be told: not all answers are remembered");
  for (const event::Difference& difference : again.differences)
    tell_difference(page, difference);
  for (const event::Difference& difference : again.decision)
    tell_difference(page, difference);
  if (!again.missing.empty()) {
    page.line("missing", std::to_string(again.missing.size()) +
                             " answers are not remembered: " + shown(again.missing.front().name));
  }
  page.line("", "DKIM and ARC results stand as stored: the message itself is not kept.");
}

}  // namespace

Purpose purpose_of(const dns::Question& question, const event::Event& event) {
  const std::string_view name = question.name;
  if (name.contains("._domainkey.")) return Purpose::dkim_key;
  if (name.starts_with("_dmarc.")) return Purpose::dmarc;
  const auto& client = event.connection.client;
  if (!client) return Purpose::spf;
  if (question.type == dns::Type::ptr && name == client->reverse_name()) return Purpose::reverse;
  if (question.type != dns::Type::a && question.type != dns::Type::aaaa) return Purpose::spf;
  const auto names =
      std::ranges::find(event.facts.dns, iprev::name_question(*client), &dns::Lookup::question);
  if (names == event.facts.dns.end()) return Purpose::spf;
  const bool reverse = std::ranges::any_of(names->answer.records, [&](const dns::Record& record) {
    return base::equal_ignoring_case(dns::text(record), name);
  });
  if (reverse) return Purpose::reverse;
  const base::Domain* author = event.facts.from_domain();
  const bool existence = author != nullptr && question == dmarc::existence_question(*author);
  return existence ? Purpose::dmarc : Purpose::spf;
}

std::string evidence_in_words(const std::string& evidence) {
  constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"nothing-authenticated", "nothing at all authenticates the message"},
      {"spf-fail", "the domain itself says that this client may not send for it (SPF)"},
      {"no-fcrdns", "the client has no reverse name that resolves to it again"},
      {"protected-domain", "the domain is protected here"},
      {"-list-mail", "it looks like the mail of a mailing list"},
      {"-arc-chain", "it carries an ARC chain: somebody forwarded it"},
      {"-other-signature", "another domain's signature passes"},
      {"-forwarder", "a forwarder rewrote the sender, and SPF passes for the forwarder"},
      {"-unchecked", "a temporary error hides whether it was forwarded"}};
  for (const auto& [name, text] : words) {
    if (evidence == name) return std::string(text);
  }
  return shown(evidence);
}

std::string story_of(const event::Event& event, const event::Rederivation& again) {
  Page page;
  tell_message(page, event);
  if (event.verified) {
    tell_checks(page, event.facts);
    tell_organization(page, event);
    tell_alignment(page, event.facts);
  }
  tell_decision(page, event);
  const std::vector<std::string> advice = event::advise(event);
  if (!advice.empty()) page.heading("What the sender should do");
  for (std::size_t i = 0; i < advice.size(); ++i)
    page.line(std::to_string(i + 1), advice[i]);
  if (event.verified) tell_dns(page, event);
  tell_site(page, event);
  if (event.verified) tell_again(page, again);
  return page.take();
}

}  // namespace cli
