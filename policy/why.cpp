#include "policy/why.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"

namespace policy {

namespace {

constexpr std::size_t signatures_shown_max = 3;

// Printable and bounded, whatever went into it.
std::string line(std::string text) {
  text = base::printable(text, text.size());
  if (text.size() <= why_octets_max) return text;
  text.resize(why_octets_max - 3);
  return text + "...";
}

void append_name(std::string& text, const std::optional<base::Domain>& domain) {
  if (domain) text.append(" ").append(domain->text());
}

std::string spf_status(const verify::Facts& facts) {
  const spf::Result* spf = facts.mail_from_spf();
  return "spf=" + std::string(spf::name(spf == nullptr ? spf::Status::none : spf->status));
}

// What each identifier that could have aligned came to.
std::string identifiers(const verify::Facts& facts) {
  std::string text = spf_status(facts);
  const spf::Result* spf = facts.mail_from_spf();
  if (spf != nullptr) append_name(text, spf->domain);
  if (facts.dkim.empty()) text += ", dkim=none";
  for (const dkim::Result* one : dkim::most_telling(facts.dkim, signatures_shown_max)) {
    const dkim::Result& result = *one;
    text.append(", dkim=").append(dkim::name(result.status));
    if (result.reason != dkim::Reason::none) {
      text.append("(").append(dkim::name(result.reason)).append(")");
    }
    append_name(text, result.domain);
  }
  if (facts.dkim.size() > signatures_shown_max) {
    text += " and " + std::to_string(facts.dkim.size() - signatures_shown_max) + " more";
  }
  return text;
}

// "sp=reject of example.com, t=y: quarantine"
std::string published(const dmarc::Result& dmarc) {
  std::string text = dmarc.policy_tag + "=";
  text += dmarc::name(dmarc.published);
  if (dmarc.policy_domain) text += " of " + dmarc.policy_domain->text();
  // RFC 9989 §4.7: the domain is testing, one step milder applies.
  if (dmarc.policy != dmarc.published) {
    const bool testing = !dmarc.record || dmarc.record->testing;
    text.append(testing ? ", t=y: " : ", pct=0: ").append(dmarc::name(dmarc.policy));
  }
  return text;
}

// After the policy that applies.
std::string failure(const verify::Facts& facts, const std::vector<std::string>& corroboration) {
  std::string text = "; ";
  for (std::size_t i = 0; i < corroboration.size(); ++i) {
    text.append(i == 0 ? "" : ", ").append(corroboration[i]);
  }
  if (!corroboration.empty()) text += "; ";
  return text + "no aligned pass: " + identifiers(facts);
}

}  // namespace

std::string why_dmarc_failed(const verify::Facts& facts,
                             const std::vector<std::string>& corroboration) {
  return line(published(facts.dmarc) + failure(facts, corroboration));
}

std::string why_dmarc_passed(const verify::Facts& facts) {
  const bool both = facts.dmarc.dkim_aligned && facts.dmarc.spf_aligned;
  const char* by = both ? "dkim and spf" : facts.dmarc.dkim_aligned ? "dkim" : "spf";
  return line(std::string("aligned by ") + by + ": " + identifiers(facts));
}

std::string why_dmarc_unknown(const verify::Facts& facts) {
  return line(facts.dmarc.reason + "; " + identifiers(facts));
}

std::string why_no_dmarc(const verify::Facts& facts) {
  return line(facts.dmarc.reason.empty() ? identifiers(facts)
                                         : facts.dmarc.reason + "; " + identifiers(facts));
}

std::string why_from_faulty(mail::FromFault fault) {
  return line("no single author: From is " + std::string(mail::name(fault)));
}

std::string why_own_fields(const OwnFieldCount& count) {
  return line(std::to_string(count.fields) + " header fields in our name, the lowest below " +
              std::to_string(count.above) + " others: not removed");
}

std::string why_protected(const ClaimVerdict& verdict, const verify::Facts& facts,
                          const std::vector<std::string>& corroboration) {
  assert(verdict.domain != nullptr);
  const std::string text = verdict.domain->domain.text() + " is protected";
  switch (verdict.claim) {
    case Claim::unfounded:
      return line(text + failure(facts, corroboration));
    case Claim::excepted:
      return line(text + ", exception " + verdict.exception + "; " + identifiers(facts));
    case Claim::none:
    case Claim::proven:
    case Claim::unknown:
      break;
  }
  return line(text + "; temporary error: " + identifiers(facts));
}

std::string why_overridden(const Match& match, const verify::Facts& facts) {
  return line(describe(match) + "; " + identifiers(facts));
}

std::string why_sealed(const verify::Facts& facts) {
  const base::Domain* author = facts.from_domain();
  const auto saw = std::ranges::find_if(facts.arc.sealers, [&](const arc::Sealer& sealer) {
    return author != nullptr && sealer.dmarc_pass == *author;
  });
  const bool found = saw != facts.arc.sealers.end();
  assert(found);
  return line((found ? saw->domain.text() : "a sealer") + " saw dmarc=pass; " +
              published(facts.dmarc) + failure(facts, {}));
}

std::string why_degraded(const Decision& decision) {
  return line("DNS is degraded; else " + std::string(name(decision.would)) + " by " +
              decision.rule + ": " + decision.why);
}

std::string why_in_doubt(std::string why, const std::vector<std::string>& vouched_before) {
  if (vouched_before.empty()) return why;
  return line("vouched before: " + vouched_before.front() + "; " + why);
}

std::string why_no_more_deferred(std::string_view why) {
  return line("deferred for too long; " + std::string(why));
}

std::string failed_checks(const verify::Facts& facts) {
  const std::vector<const dkim::Result*> dkim = dkim::most_telling(facts.dkim, 1);
  const dkim::Status status = dkim.empty() ? dkim::Status::none : dkim.front()->status;
  return spf_status(facts) + " dkim=" + std::string(dkim::name(status));
}

}  // namespace policy
