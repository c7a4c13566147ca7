#include "policy/why.hpp"

#include <algorithm>

#include "verify/base/text.hpp"

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

// What each identifier that could have aligned came to.
std::string identifiers(const verify::Facts& facts) {
  std::string text = "spf=";
  const spf::Result* spf = facts.mail_from_spf();
  text += spf == nullptr ? spf::name(spf::Status::none) : spf::name(spf->status);
  if (spf != nullptr) append_name(text, spf->domain);
  if (facts.dkim.empty()) text += ", dkim=none";
  for (const dkim::Result* one : dkim::most_telling(facts.dkim, signatures_shown_max)) {
    const dkim::Result& result = *one;
    text.append(", dkim=").append(dkim::name(result.status));
    if (result.reason != dkim::Reason::none) {
      text.append("(").append(dkim::describe(result.reason)).append(")");
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

}  // namespace

std::string why_dmarc_failed(const verify::Facts& facts,
                             const std::vector<std::string>& corroboration) {
  std::string text = published(facts.dmarc) + "; ";
  for (std::size_t i = 0; i < corroboration.size(); ++i) {
    text.append(i == 0 ? "" : ", ").append(corroboration[i]);
  }
  if (!corroboration.empty()) text += "; ";
  return line(text + "no aligned pass: " + identifiers(facts));
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

}  // namespace policy
