#include "event/facts_writer.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>

namespace event {

namespace {

constexpr std::size_t identities_max = 4;   // There are two: HELO and MAIL FROM.
constexpr std::size_t signatures_max = 12;  // The checks look at ten.
constexpr std::size_t sealers_max = 10;
constexpr std::size_t record_max = 2'048;       // Of the DMARC record.
constexpr std::size_t dns_octets_max = 32'768;  // Of all DNS answers together.
constexpr std::size_t dns_record_max = 4'096;   // Of one record.
constexpr std::size_t escape_octets_max = 12;   // Jsonjson::Writer cuts in front of one.
constexpr std::size_t tail_octets_max = 6'000;  // One DNS answer too many, and what follows them.

std::string_view text_of(const std::optional<base::Domain>& domain) {
  return domain ? std::string_view(domain->text()) : std::string_view();
}

std::optional<std::string_view> nullable(const std::optional<base::Domain>& domain) {
  return domain ? std::optional<std::string_view>(domain->text()) : std::nullopt;
}

void write_spf(json::Writer& json, const verify::Facts& facts, const LineOptions& options) {
  json.begin_array("spf");
  std::size_t left = identities_max;
  for (const spf::Result& result : facts.spf) {
    if (left-- == 0) break;
    json.begin_object();
    json.text("identity", spf::name(result.identity), name_max);
    json.text_or_null("domain", nullable(result.domain), name_max);
    json.text("result", spf::name(result.status), name_max);
    json.text("mechanism", result.mechanism, phrase_max);
    // RFC 7208 §7.2: %{l} and %{s} put the sender's local part into the explanation.
    json.text("explanation", options.local_parts ? result.explanation : "", phrase_max);
    // It names names that such macros made.
    if (!result.problem.empty() && options.local_parts) {
      json.text("problem", result.problem, phrase_max);
    }
    json.end_object();
  }
  json.end_array();
  constexpr std::uint64_t number_max = std::numeric_limits<std::int64_t>::max();
  json.number("spf_breadth", std::min(facts.spf_breadth, number_max));
}

void write_dkim(json::Writer& json, const verify::Facts& facts, const LineOptions& options) {
  json.begin_array("dkim");
  for (const dkim::Result* one : dkim::most_telling(facts.dkim, signatures_max)) {
    const dkim::Result& result = *one;
    json.begin_object();
    json.text("d", text_of(result.domain), name_max);
    json.text("s", result.selector, name_max);
    json.text("a", result.algorithm, word_max);
    json.text("i", options.local_parts ? result.identity : without_local_part(result.identity),
              address_max);
    json.text("b", result.signature_start, word_max);
    json.text("result", dkim::name(result.status), name_max);
    const bool reasoned = result.reason != dkim::Reason::none;
    json.text("reason", reasoned ? dkim::name(result.reason) : "", name_max);
    json.boolean("testing", result.testing);
    json.number("key_bits", result.key_bits);
    if (result.verified && result.reason != dkim::Reason::none) json.boolean("verified", true);
    json.end_object();
  }
  json.end_array();
  json.number("signatures", facts.dkim.size());
}

void write_arc(json::Writer& json, const arc::Result& result) {
  json.begin_object("arc");
  json.text("result", arc::name(result.status), name_max);
  json.number("instances", result.instances);
  json.number("oldest_pass", result.oldest_pass);
  const auto sealers =
      std::span(result.sealers).first(std::min(result.sealers.size(), sealers_max));
  json.begin_array("sealers");
  for (const arc::Sealer& sealer : sealers)
    json.text({}, sealer.domain.text(), name_max);
  json.end_array();
  json.begin_array("selectors");
  for (const arc::Sealer& sealer : sealers)
    json.text({}, sealer.selector, name_max);
  json.end_array();
  json.begin_array("dmarc_pass");
  for (const arc::Sealer& sealer : sealers)
    json.text_or_null({}, nullable(sealer.dmarc_pass), name_max);
  json.end_array();
  if (!result.detail.empty()) json.text("detail", result.detail, phrase_max);
  json.end_object();
}

void write_dmarc(json::Writer& json, const Event& event) {
  const dmarc::Result& result = event.facts.dmarc;
  json.begin_object("dmarc");
  json.text("result", dmarc::name(result.status), name_max);
  if (!result.reason.empty()) json.text("reason", result.reason, phrase_max);
  json.text_or_null("author", nullable(result.author), name_max);
  std::optional<std::string_view> applied;
  if (result.policy_domain) applied = dmarc::name(result.policy);
  json.text_or_null("policy", applied, name_max);
  if (applied) {
    json.text("published", dmarc::name(result.published), name_max);
    json.text("tag", result.policy_tag, name_max);
  }
  json.text_or_null("domain", nullable(result.policy_domain), name_max);
  if (result.record) json.text("record", result.record->text, record_max);
  json.text_or_null("org_domain", nullable(result.organization), name_max);
  json.text("discovery", "treewalk", name_max);  // RFC 9989 §4.10; RFC 9990's word for it.
  json.text("disposition", disposition(event), name_max);
  json.begin_object("aligned");
  json.boolean("spf", result.spf_aligned);
  json.boolean("dkim", result.dkim_aligned);
  json.end_object();
  json.end_object();
}

}  // namespace

std::string_view disposition(const Event& event) {
  const dmarc::Result& result = event.facts.dmarc;
  if (result.status == dmarc::Status::pass) {
    return result.policy == dmarc::Policy::none ? "none" : "pass";
  }
  if (result.status != dmarc::Status::fail) return "none";
  if (event.decision.action == policy::Action::reject) return "reject";
  if (event.decision.action == policy::Action::quarantine) return "quarantine";
  return "none";
}

void write_checks(json::Writer& json, const Event& event, const LineOptions& options) {
  write_spf(json, event.facts, options);
  write_dkim(json, event.facts, options);
  write_arc(json, event.facts.arc);
  write_dmarc(json, event);
}

void write_dns(json::Writer& json, const verify::Facts& facts) {
  json.begin_array("dns");
  const std::size_t limit =
      std::min(json.octets() + dns_octets_max, line_octets_max - tail_octets_max);
  bool truncated = false;
  for (const dns::Lookup& lookup : facts.dns) {
    if (json.octets() >= limit) {
      truncated = true;
      break;
    }
    json.begin_object();
    json.text("name", lookup.question.name, name_max);
    json.text("type", dns::name(lookup.question.type), name_max);
    json.text("outcome", dns::name(lookup.answer.outcome), name_max);
    json.number("ttl", lookup.answer.ttl.count());
    if (lookup.answer.authentic) json.boolean("authentic", true);
    json.begin_array("records");
    bool cut = false;  // A part of an answer is no answer.
    for (const dns::Record& record : lookup.answer.records) {
      const std::size_t begin = json.octets();
      if (begin >= limit) {
        cut = truncated = true;
        break;
      }
      if (const auto* text = std::get_if<std::string>(&record)) {
        json.text({}, *text, dns_record_max);
      } else {
        json.text({}, dns::text(record), dns_record_max);
      }
      cut = cut || json.octets() - begin > dns_record_max - escape_octets_max;
    }
    json.end_array();
    if (cut) json.boolean("records_cut", true);
    json.end_object();
  }
  json.end_array();
  if (truncated) json.boolean("dns_truncated", true);
}

std::string_view without_local_part(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at);
}

}  // namespace event
