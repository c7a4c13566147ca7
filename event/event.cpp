#include "event/event.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "event/facts_writer.hpp"
#include "json/writer.hpp"

namespace event {

namespace {

constexpr std::size_t message_id_max = 300;
constexpr std::size_t authors_max = 10;
constexpr std::size_t author_octets_max = 4'096;
constexpr std::size_t signals_max = 16;
constexpr std::size_t signal_octets_max = 2'048;
constexpr std::size_t vouched_octets_max = 4'096;
constexpr std::size_t corroboration_max = 16;
constexpr std::size_t corroboration_octets_max = 1'024;
constexpr std::size_t recipient_domains_max = 100;
constexpr std::size_t recipient_octets_max = 8'192;
constexpr std::size_t stricter_octets_max = 2'048;
constexpr std::size_t repeated_fields_max = 16;  // There are 14.
constexpr std::size_t repeated_octets_max = 1'024;
constexpr std::size_t failure_headers_max = 8'189;  // And "..." where it was cut.

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

// A list of texts, as far as the limits go; false when it was cut.
bool write_texts(json::Writer& json, std::string_view key, const auto& texts, std::size_t texts_max,
                 std::size_t octets_max) {
  json.begin_array(key);
  const std::size_t limit = json.octets() + octets_max;
  std::size_t left = texts_max;
  bool whole = true;
  for (const std::string& text : texts) {
    whole = left-- != 0 && json.octets() < limit;
    if (!whole) break;
    json.text({}, text, name_max);
  }
  json.end_array();
  return whole;
}

void write_client(json::Writer& json, const Event& event, const LineOptions& options) {
  const verify::Connection& connection = event.connection;
  const auto write_address = [&](std::string_view key, const auto& address) {
    std::optional<std::string> text;
    if (address) text = address->text();
    json.text_or_null(key, text, name_max);
  };
  json.begin_object("client");
  write_address("ip", connection.client);
  if (connection.relay) write_address("relay", connection.relay);
  if (connection.received_at)
    json.text("received", base::timestamp(*connection.received_at), name_max);
  if (!connection.relay_problem.empty()) {
    json.text("relay_problem", connection.relay_problem, name_max);
  }
  json.text("name", connection.client_name, name_max);
  const std::optional<iprev::Result>& iprev = event.facts.iprev;
  std::optional<std::string_view> ptr;
  if (iprev && iprev->name) ptr = *iprev->name;
  json.text_or_null("ptr", ptr, name_max);
  json.text("iprev", iprev ? iprev::name(iprev->status) : "none", name_max);
  json.boolean("authenticated", connection.authenticated);
  if (!connection.user.empty()) {
    json.text("user", options.local_parts ? connection.user : without_local_part(connection.user),
              address_max);
  }
  json.end_object();
}

void write_envelope(json::Writer& json, const Event& event, const LineOptions& options) {
  json.text("helo", event.connection.helo, name_max);
  const std::string& mail_from = event.envelope.mail_from;
  json.text("mail_from", options.local_parts ? mail_from : without_local_part(mail_from),
            address_max);
  const bool whole =
      write_texts(json, "recipients_domains", recipient_domains(event.envelope.recipients),
                  recipient_domains_max, recipient_octets_max);
  if (!whole) json.boolean("recipients_domains_cut", true);
  json.number("recipients", event.envelope.recipients.size());
}

void write_authors(json::Writer& json, const verify::Facts& facts) {
  const base::Domain* author = facts.from_domain();
  std::optional<std::string_view> domain;
  if (author != nullptr) domain = author->text();
  json.text_or_null("from_domain", domain, name_max);
  if (!facts.from_fault) return;
  json.text("from_fault", mail::name(*facts.from_fault), name_max);
  std::vector<std::string> domains;
  for (const mail::Address& address : facts.authors)
    domains.push_back(address.domain.text());
  (void)write_texts(json, "author_domains", domains, authors_max, author_octets_max);
}

// What the message itself tells, then what policy finds odd.
std::vector<std::string> all_signals(const Event& event) {
  std::vector<std::string> signals;
  if (event.facts.message.list_mail) signals.emplace_back("list_mail");
  if (event.facts.message.delivered_before) signals.emplace_back("delivered_before");
  if (event.facts.message.header_truncated) signals.emplace_back("header_truncated");
  signals.insert(signals.end(), event.signals.begin(), event.signals.end());
  return signals;
}

void write_stricter(json::Writer& json, const std::vector<policy::Stricter>& stricter) {
  json.begin_array("stricter");
  const std::size_t limit = json.octets() + stricter_octets_max;
  for (const policy::Stricter& one : stricter) {
    if (json.octets() >= limit) break;
    json.begin_object();
    json.text("recipients_domain", one.recipients_domain, name_max);
    json.text("action", policy::name(one.action), word_max);
    json.text("rule", one.rule, word_max);
    json.end_object();
  }
  json.end_array();
}

void write_circumstances(json::Writer& json, const policy::Circumstances& circumstances) {
  json.begin_object("circumstances");
  json.boolean("dns_degraded", circumstances.dns_degraded);
  json.boolean("deferred_too_long", circumstances.deferred_too_long);
  json.number("signature_repeats", circumstances.signature_repeats);
  json.number("own_fields", circumstances.own_fields.fields);
  json.number("own_fields_above", circumstances.own_fields.above);
  if (!circumstances.vouched_before.empty()) {
    (void)write_texts(json, "vouched_before", circumstances.vouched_before, signals_max,
                      vouched_octets_max);
  }
  json.end_object();
}

void write_message(json::Writer& json, const verify::MessageInfo& message) {
  json.begin_object("message");
  json.number("size", message.size);
  json.text("message_id", message.message_id, message_id_max);
  json.number("lot", message.lot);
  json.boolean("auto_submitted", message.auto_submitted);
  json.boolean("mail_from_rewritten", message.mail_from_rewritten);
  if (!message.repeated_fields.empty()) {
    (void)write_texts(json, "repeated_fields", message.repeated_fields, repeated_fields_max,
                      repeated_octets_max);
  }
  json.end_object();
}

void write_decision(json::Writer& json, const Event& event) {
  const policy::Decision& decision = event.decision;
  (void)write_texts(json, "signals", all_signals(event), signals_max, signal_octets_max);
  (void)write_texts(json, "corroboration", decision.corroboration, corroboration_max,
                    corroboration_octets_max);
  json.text("action", policy::name(decision.action), name_max);
  json.text("would", policy::name(decision.would), name_max);
  json.text("rule", decision.rule, word_max);
  json.text("why", decision.why, phrase_max);
  json.text("tenant", decision.tenant, name_max);
  write_stricter(json, decision.stricter);
  const policy::Reply& reply = decision.reply;
  if (reply.code == 250) {
    json.text_or_null("reply", std::nullopt, phrase_max);
    return;
  }
  std::string line = std::to_string(reply.code);
  if (!reply.enhanced_code.empty()) line.append(" ").append(reply.enhanced_code);
  json.text("reply", line.append(" ").append(reply.text), phrase_max);
}

}  // namespace

std::string to_line(const Event& event, const LineOptions& options) {
  json::Writer json(4096);
  json.begin_object();
  json.number("v", line_version);
  json.text("id", event.id, name_max);
  json.text("time", base::timestamp(event.time), name_max);
  json.text("queue_id", event.envelope.queue_id, name_max);
  json.text("gateway", event.gateway, name_max);
  json.text("config", event.config, name_max);
  write_client(json, event, options);
  write_envelope(json, event, options);
  write_authors(json, event.facts);
  json.boolean("verified", event.verified);
  write_checks(json, event, options);
  write_circumstances(json, event.circumstances);
  write_decision(json, event);
  write_message(json, event.facts.message);
  if (!event.failure_headers.empty()) {
    json.text("failure_headers", event.failure_headers, failure_headers_max);
  }
  write_dns(json, event.facts);
  json.begin_object("timings_us");
  json.number("total", event.timings.total.count());
  json.number("finish", event.timings.finish.count());
  json.end_object();
  json.end_object();
  return json.take();
}

}  // namespace event
