#include "tests/policy/letters.hpp"

#include <utility>

namespace policy_table {

namespace {

Letter letter_of(std::string is, verify::Facts facts) {
  Letter letter;
  letter.is = std::move(is);
  letter.facts = std::move(facts);
  letter.connection.client = base::IpAddress::parse("192.0.2.7");
  return letter;
}

Letter letter_from_someone(std::string is, verify::Facts facts) {
  Letter letter = letter_of(std::move(is), std::move(facts));
  letter.envelope.mail_from = "someone@example.net";
  return letter;
}

Letter also(Letter letter, const std::string& is) {
  letter.is += ", " + is;
  return letter;
}

std::string record(dmarc::Policy policy) { return "p=" + std::string(dmarc::name(policy)); }

}  // namespace

Letter genuine(dmarc::Policy policy) {
  Letter letter =
      letter_of(record(policy) + ", DMARC passes", support::facts_of(dmarc::Status::pass, policy));
  letter.facts.dkim = {support::dkim_result(dkim::Status::pass, "example.com")};
  letter.facts.dmarc.dkim_aligned = true;
  return letter;
}

Letter forged(dmarc::Policy policy) {
  return letter_of(record(policy) + ", DMARC fails",
                   support::facts_of(dmarc::Status::fail, policy));
}

Letter unpublished() {
  return letter_of("no DMARC record", support::facts_of(dmarc::Status::none));
}

Letter useless_record() {
  return letter_of("a useless DMARC record", support::facts_of(dmarc::Status::permerror));
}

Letter undecided(dmarc::Policy policy) {
  return letter_of(record(policy) + ", a temporary error hides whether DMARC passes",
                   support::facts_of(dmarc::Status::temperror, policy));
}

Letter undecided_record() {
  Letter letter = undecided();
  letter.is = "a temporary error hides the DMARC record";
  letter.facts.dmarc.record.reset();
  return letter;
}

Letter faulty(mail::FromFault fault) {
  verify::Facts facts;
  facts.from_fault = fault;
  switch (fault) {
    case mail::FromFault::missing:
      return letter_from_someone("no From field", facts);
    case mail::FromFault::repeated:
      return letter_from_someone("two From fields", facts);
    case mail::FromFault::malformed:
      return letter_from_someone("a From field nobody can read", facts);
    case mail::FromFault::no_domain:
      return letter_from_someone("no address in From", facts);
    case mail::FromFault::several_domains:
      return letter_from_someone("several domains in From", facts);
  }
  return {};
}

Letter from_author(Letter letter, const std::string& domain) {
  letter.facts.authors.front().domain = support::name(domain);
  letter.facts.dmarc.author = support::name(domain);
  letter.facts.dmarc.organization = support::name(domain).suffix(2);
  return also(std::move(letter), "From " + domain);
}

Letter from_client(Letter letter, const std::string& address) {
  letter.connection.client = base::IpAddress::parse(address);
  return also(std::move(letter), "client " + address);
}

Letter without_reverse_name(Letter letter) {
  letter.facts.iprev = iprev::Result{.status = iprev::Status::fail, .name = std::nullopt};
  return also(std::move(letter), "no confirmed reverse name");
}

Letter with_reverse_error(Letter letter, const std::string& helo) {
  letter.facts.iprev = iprev::Result{.status = iprev::Status::temperror, .name = std::nullopt};
  letter.connection.helo = helo;
  return also(std::move(letter), "HELO " + helo + ", its reverse name not to be had");
}

Letter with_client_name(Letter letter, const std::string& name) {
  letter.facts.iprev = iprev::Result{.status = iprev::Status::pass, .name = name};
  return also(std::move(letter), "client is " + name);
}

Letter with_spf(Letter letter, spf::Status status, const std::string& domain) {
  letter.facts.spf = {support::spf_result(status, domain)};
  return also(std::move(letter), "SPF " + std::string(spf::name(status)) + " for " + domain);
}

Letter null_sender(Letter letter) {
  spf::Result result = support::spf_result(spf::Status::none, "helo.example");
  result.identity = spf::Identity::helo;
  letter.facts.spf = {result};
  letter.envelope.mail_from.clear();
  return also(std::move(letter), "null sender");
}

Letter rewritten(Letter letter) {
  letter.facts.message.mail_from_rewritten = true;
  return also(std::move(letter), "MAIL FROM rewritten (SRS)");
}

Letter with_signature(Letter letter, dkim::Status status, const std::string& domain) {
  letter.facts.dkim.push_back(support::dkim_result(status, domain));
  return also(std::move(letter), "DKIM " + std::string(dkim::name(status)) + " for " + domain);
}

Letter list_mail(Letter letter) {
  letter.facts.message.list_mail = true;
  return also(std::move(letter), "a List-* field");
}

Letter delivered_before(Letter letter) {
  letter.facts.message.delivered_before = true;
  return also(std::move(letter), "traces of an earlier delivery");
}

Letter inheriting(Letter letter, dmarc::Policy np) {
  letter.facts.authors.front().domain = support::name("sub.example.com");
  letter.facts.dmarc.author = support::name("sub.example.com");
  letter.facts.dmarc.record->nonexistent_policy = np;
  return also(std::move(letter),
              "From sub.example.com, np=" + std::string(dmarc::name(np)) + " above");
}

Letter through_relay(Letter letter) {
  letter.connection.relay = letter.connection.client;
  letter.connection.client.reset();
  return also(std::move(letter), "through a relay that does not say from whom");
}

Letter with_chain(Letter letter, arc::Status status) {
  letter.facts.arc.status = status;
  return also(std::move(letter), "ARC " + std::string(arc::name(status)));
}

Letter sealed(Letter letter, const std::vector<std::string>& sealers, const std::string& author) {
  letter.facts.arc.status = arc::Status::pass;
  letter.facts.arc.instances = sealers.size();
  std::string names;
  for (const std::string& sealer : sealers) {
    letter.facts.arc.sealers.push_back({support::name(sealer), "s1", {}});
    names.append(names.empty() ? "" : " after ").append(sealer);
  }
  letter.facts.arc.sealers.back().dmarc_pass = support::name(author);
  const std::string of = author == "example.com" ? "" : " for " + author;
  return also(std::move(letter), "sealed by " + names + ", which saw DMARC pass" + of);
}

Letter with_seal_error(Letter letter) {
  letter.facts.arc.status = arc::Status::fail;
  return also(std::move(letter), "the sealer's key not to be had");
}

Letter by_user(Letter letter, const std::string& user) {
  letter.connection.authenticated = true;
  letter.connection.user = user;
  return also(std::move(letter), "logged in as " + user);
}

Letter to(Letter letter, const std::vector<std::string>& recipients) {
  letter.envelope.recipients = recipients;
  std::string names;
  for (const std::string& recipient : recipients)
    names.append(names.empty() ? "" : " and ").append(recipient);
  return also(std::move(letter), "to " + names);
}

Letter with_sender(Letter letter, const std::string& domain) {
  letter.facts.message.sender_domain = support::name(domain);
  return also(std::move(letter), "Sender " + domain);
}

Letter shown_as(Letter letter, const std::string& display_name) {
  letter.facts.message.display_name = display_name;
  return also(std::move(letter), "display name \"" + display_name + "\"");
}

Letter replying_to(Letter letter, const std::string& domain) {
  letter.facts.message.reply_to_domains = {support::name(domain)};
  return also(std::move(letter), "Reply-To " + domain);
}

Letter by_include(Letter letter, const std::string& domain, std::uint64_t breadth) {
  letter.facts.spf = {support::spf_result(spf::Status::pass, letter.facts.from_domain()->text())};
  letter.facts.spf.front().mechanism = "include:" + domain;
  letter.facts.spf_breadth = breadth;
  letter.facts.dmarc.spf_aligned = true;
  letter.facts.dmarc.dkim_aligned = false;
  return also(std::move(letter), "by SPF alone, through an include of " + domain + " for " +
                                     std::to_string(breadth) + " addresses");
}

Letter seen_before(Letter letter, std::uint64_t times) {
  letter.circumstances.signature_repeats = times;
  return also(std::move(letter), "its signature seen " + std::to_string(times) + " times before");
}

Letter with_lot(Letter letter, unsigned lot) {
  letter.facts.message.lot = lot;
  return also(std::move(letter), "lot " + std::to_string(lot));
}

Letter repeating(Letter letter, const std::string& field) {
  letter.facts.message.repeated_fields = {field};
  return also(std::move(letter), "two different " + field + " fields");
}

Letter with_cut_field(Letter letter, const std::string& domain) {
  letter.facts.dkim.push_back(
      support::dkim_result(dkim::Status::neutral, domain, dkim::Reason::cut_field));
  return also(std::move(letter), "DKIM of " + domain + " over a field cut by the MTA");
}

Letter cut_off(Letter letter) {
  letter.facts.message.header_truncated = true;
  letter.facts.dmarc.status = dmarc::Status::permerror;
  return also(std::move(letter), "header section too large");
}

Letter with_own_fields(Letter letter, std::uint64_t fields) {
  letter.circumstances.own_fields = {.fields = fields, .above = fields};
  return also(std::move(letter), std::to_string(fields) + " header fields in our name");
}

Letter while_degraded(Letter letter) {
  letter.circumstances.dns_degraded = true;
  return also(std::move(letter), "**DNS degraded**");
}

Letter after_long_deferral(Letter letter) {
  letter.circumstances.deferred_too_long = true;
  return also(std::move(letter), "deferred for too long already");
}

Letter with_key_error(Letter letter, const std::string& domain) {
  return with_signature(std::move(letter), dkim::Status::temperror, domain);
}

Letter signed_by(Letter letter, const std::string& domain) {
  return with_signature(std::move(letter), dkim::Status::pass, domain);
}

Letter with_spf_error(Letter letter) {
  return with_spf(std::move(letter), spf::Status::temperror, "example.com");
}

Letter with_spf_fail(Letter letter) {
  return with_spf(std::move(letter), spf::Status::fail, "example.com");
}

Letter list_post(dmarc::Policy policy) {
  return list_mail(signed_by(forged(policy), "list.example"));
}

Letter with_spf_pass(Letter letter, const std::string& domain) {
  return with_spf(std::move(letter), spf::Status::pass, domain);
}

}  // namespace policy_table
