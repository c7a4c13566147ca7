#include "report/event.hpp"

#include <algorithm>
#include <set>

#include "report/json_writer.hpp"
#include "report/timestamp.hpp"
#include "report/words.hpp"
#include "verify/base/text.hpp"

// The limits below add up to less than line_octets_max: a line stays readable in one piece for
// every reader, whatever a sender wrote (event_test.cpp fills every field to prove it).

namespace report {

namespace {

constexpr int version = 1;
constexpr std::size_t line_octets_max = 65'536;
constexpr std::size_t name_max = 260;     // A domain name, with room for "@" or "[]".
constexpr std::size_t address_max = 400;  // RFC 5321 §4.5.3.1: 256 of path; escapes beyond.
constexpr std::size_t phrase_max = 500;   // Reasons, explanations, replies.
constexpr std::size_t message_id_max = 300;
constexpr std::size_t word_max = 80;
constexpr std::size_t identities_max = 4;   // There are two: HELO and MAIL FROM.
constexpr std::size_t signatures_max = 12;  // The checks look at ten.
constexpr std::size_t sealers_max = 10;
constexpr std::size_t authors_max = 10;
constexpr std::size_t corroboration_max = 16;
constexpr std::size_t recipient_domains_max = 100;
constexpr std::size_t recipient_octets_max = 8'192;
constexpr std::size_t dns_octets_max = 32'768;  // Of all DNS answers together.
constexpr std::size_t dns_record_max = 4'096;   // Of one record.
constexpr std::size_t tail_octets_max = 6'000;  // One DNS answer too many, and what follows them.

// The part of an address after the last "@", with it: what is left when local parts are off.
std::string_view without_local_part(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at);
}

std::string_view text_of(const std::optional<base::Domain>& domain) {
  return domain ? std::string_view(domain->text()) : std::string_view();
}

std::optional<std::string_view> nullable(const std::optional<base::Domain>& domain) {
  return domain ? std::optional<std::string_view>(domain->text()) : std::nullopt;
}

// RFC 9990 §3.1.1.12: what was done because of the DMARC policy. "pass" is a pass under an
// enforcing policy; a pass under p=none is "none".
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

std::set<std::string> recipient_domains(const std::vector<std::string>& recipients) {
  std::set<std::string> domains;
  for (const std::string& recipient : recipients) {
    const std::size_t at = recipient.rfind('@');
    if (at == std::string::npos) continue;  // "<postmaster>" (RFC 5321 §4.5.1) has no domain.
    std::string_view domain = std::string_view(recipient).substr(at + 1);
    if (domain.ends_with('>')) domain.remove_suffix(1);
    domains.insert(base::to_lower(domain));
  }
  return domains;
}

void write_client(JsonWriter& json, const Event& event) {
  const verify::Connection& connection = event.connection;
  json.begin_object("client");
  if (connection.client) {
    json.text("ip", connection.client->text(), name_max);
  } else {
    json.text_or_null("ip", std::nullopt, name_max);
  }
  json.text("name", connection.client_name, name_max);
  const std::optional<iprev::Result>& iprev = event.facts.iprev;
  std::optional<std::string_view> ptr;
  if (iprev && iprev->name) ptr = *iprev->name;
  json.text_or_null("ptr", ptr, name_max);
  json.text("iprev", iprev ? iprev::name(iprev->status) : "none", name_max);
  json.boolean("authenticated", connection.authenticated);
  json.end_object();
}

void write_envelope(JsonWriter& json, const Event& event, const LineOptions& options) {
  json.text("helo", event.connection.helo, name_max);
  const std::string& mail_from = event.envelope.mail_from;
  json.text("mail_from", options.local_parts ? mail_from : without_local_part(mail_from),
            address_max);
  const std::set<std::string> domains = recipient_domains(event.envelope.recipients);
  json.begin_array("recipients_domains");
  const std::size_t limit = json.octets() + recipient_octets_max;
  std::size_t left = recipient_domains_max;
  for (const std::string& domain : domains) {
    if (left-- == 0 || json.octets() >= limit) break;
    json.text({}, domain, name_max);
  }
  json.end_array();
  json.number("recipients", static_cast<std::int64_t>(event.envelope.recipients.size()));
}

void write_authors(JsonWriter& json, const verify::Facts& facts) {
  const base::Domain* author = facts.from_domain();
  std::optional<std::string_view> domain;
  if (author != nullptr) domain = author->text();
  json.text_or_null("from_domain", domain, name_max);
  if (!facts.from_fault) return;
  json.text("from_fault", mail::name(*facts.from_fault), name_max);
  json.begin_array("author_domains");
  std::size_t left = authors_max;
  for (const mail::Address& address : facts.authors) {
    if (left-- == 0) break;
    json.text({}, address.domain.text(), name_max);
  }
  json.end_array();
}

void write_spf(JsonWriter& json, const verify::Facts& facts, const LineOptions& options) {
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
    if (!result.problem.empty()) json.text("problem", result.problem, phrase_max);
    json.end_object();
  }
  json.end_array();
}

void write_dkim(JsonWriter& json, const verify::Facts& facts, const LineOptions& options) {
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
    json.text("reason", word(result.reason), name_max);
    json.boolean("testing", result.testing);
    json.number("key_bits", result.key_bits);
    json.end_object();
  }
  json.end_array();
  json.number("signatures", static_cast<std::int64_t>(facts.dkim.size()));
}

void write_arc(JsonWriter& json, const arc::Result& result) {
  json.begin_object("arc");
  json.text("result", arc::name(result.status), name_max);
  json.number("instances", static_cast<std::int64_t>(result.instances));
  json.number("oldest_pass", static_cast<std::int64_t>(result.oldest_pass));
  json.begin_array("sealers");
  std::size_t left = sealers_max;
  for (const arc::Sealer& sealer : result.sealers) {
    if (left-- == 0) break;
    json.text({}, sealer.domain.text(), name_max);
  }
  json.end_array();
  if (!result.detail.empty()) json.text("detail", result.detail, phrase_max);
  json.end_object();
}

void write_dmarc(JsonWriter& json, const Event& event) {
  const dmarc::Result& result = event.facts.dmarc;
  json.begin_object("dmarc");
  json.text("result", dmarc::name(result.status), name_max);
  if (!result.reason.empty()) json.text("reason", result.reason, phrase_max);
  std::optional<std::string_view> applied;
  if (result.policy_domain) applied = dmarc::name(result.policy);
  json.text_or_null("policy", applied, name_max);
  if (applied) {
    json.text("published", dmarc::name(result.published), name_max);
    json.text("tag", result.policy_tag, name_max);
  }
  json.text_or_null("domain", nullable(result.policy_domain), name_max);
  json.text_or_null("org_domain", nullable(result.organization), name_max);
  json.text("discovery", "treewalk", name_max);  // RFC 9989 §4.10; RFC 9990's word for it.
  json.text("disposition", disposition(event), name_max);
  json.begin_object("aligned");
  json.boolean("spf", result.spf_aligned);
  json.boolean("dkim", result.dkim_aligned);
  json.end_object();
  json.end_object();
}

void write_decision(JsonWriter& json, const Event& event) {
  const policy::Decision& decision = event.decision;
  json.begin_array("signals");
  if (event.facts.message.list_mail) json.text({}, "list_mail", name_max);
  if (event.facts.message.header_truncated) json.text({}, "header_truncated", name_max);
  json.end_array();
  json.begin_array("corroboration");
  std::size_t left = corroboration_max;
  for (const std::string& item : decision.corroboration) {
    if (left-- == 0) break;
    json.text({}, item, word_max);
  }
  json.end_array();
  json.text("action", policy::name(decision.action), name_max);
  json.text("would", policy::name(decision.would), name_max);
  json.text("rule", decision.rule, word_max);
  json.text("why", decision.why, phrase_max);
  const policy::Reply& reply = decision.reply;
  if (reply.code == 250) {
    json.text_or_null("reply", std::nullopt, phrase_max);
    return;
  }
  std::string line = std::to_string(reply.code);
  if (!reply.enhanced_code.empty()) line.append(" ").append(reply.enhanced_code);
  json.text("reply", line.append(" ").append(reply.text), phrase_max);
}

void write_dns(JsonWriter& json, const std::vector<dns::Lookup>& lookups) {
  json.begin_array("dns");
  const std::size_t limit =
      std::min(json.octets() + dns_octets_max, line_octets_max - tail_octets_max);
  bool truncated = false;
  for (const dns::Lookup& lookup : lookups) {
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
    for (const dns::Record& record : lookup.answer.records) {
      if (json.octets() >= limit) {
        truncated = true;
        break;
      }
      if (const auto* text = std::get_if<std::string>(&record)) {
        json.text({}, *text, dns_record_max);
      } else {
        json.text({}, dns::text(record), dns_record_max);
      }
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  if (truncated) json.boolean("dns_truncated", true);
}

}  // namespace

std::string to_line(const Event& event, const LineOptions& options) {
  JsonWriter json(4096);
  json.begin_object();
  json.number("v", version);
  json.text("id", event.id, name_max);
  json.text("time", timestamp(event.time), name_max);
  json.text("queue_id", event.envelope.queue_id, name_max);
  json.text("gateway", event.gateway, name_max);
  json.text("config", event.config, name_max);
  write_client(json, event);
  write_envelope(json, event, options);
  write_authors(json, event.facts);
  json.boolean("verified", event.verified);
  write_spf(json, event.facts, options);
  write_dkim(json, event.facts, options);
  write_arc(json, event.facts.arc);
  write_dmarc(json, event);
  write_decision(json, event);
  json.begin_object("message");
  json.number("size", static_cast<std::int64_t>(event.facts.message.size));
  json.text("message_id", event.facts.message.message_id, message_id_max);
  json.end_object();
  write_dns(json, event.facts.dns);
  json.begin_object("timings_us");
  json.number("total", event.timings.total.count());
  json.number("finish", event.timings.finish.count());
  json.end_object();
  json.end_object();
  return json.take();
}

}  // namespace report
