#include "event/advice.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace event {

namespace {

constexpr std::size_t signatures_told_max = 3;  // More would bury the rest.

class Advice {
 public:
  void add(std::string sentence) {
    if (std::ranges::find(list_, sentence) == list_.end()) list_.push_back(std::move(sentence));
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

std::string shown(const std::optional<base::Domain>& domain) {
  return domain ? domain->text() : "the domain";
}

void advise_on_author(mail::FromFault fault, Advice& advice) {
  switch (fault) {
    case mail::FromFault::missing:
      return advice.add("Write a From field: every message needs one (RFC 5322 section 3.6).");
    case mail::FromFault::repeated:
      return advice.add("Write one From field, not several (RFC 5322 section 3.6).");
    case mail::FromFault::malformed:
      return advice.add(
          "Mend the From field: it can be read in more than one way, or not at all. Put display "
          "names with special characters in quotes, and one address in angle brackets.");
    case mail::FromFault::no_domain:
      return advice.add("Name an address in the From field: it holds none.");
    case mail::FromFault::several_domains:
      return advice.add("Use addresses of one domain only in the From field (RFC 9989).");
  }
}

std::string unanswered(std::string_view what, std::string_view where, const Event& event) {
  return std::string(what).append(" of ").append(where).append(
      event.circumstances.dns_degraded
          ? " could not be looked up: our own DNS was failing then, so there is nothing to mend."
          : " could not be looked up: have its name servers checked.");
}

void advise_on_spf(const spf::Result& spf, const Event& event, Advice& advice) {
  const std::string domain = shown(spf.domain);
  const std::string client =
      event.connection.client ? event.connection.client->text() : "the client";
  switch (spf.status) {
    case spf::Status::none:
      return advice.add("Publish an SPF record for " + domain +
                        " that names the servers it sends " + "from, " + client + " among them.");
    case spf::Status::neutral:
      return advice.add("Let the SPF record of " + domain + " say whether " + client +
                        " may send for it: now it says neither (" +
                        base::printable(spf.mechanism, 60) + ").");
    case spf::Status::fail:
    case spf::Status::softfail:
      return advice.add("Add " + client + " to the SPF record of " + domain +
                        " if it is a server of yours (decided by " +
                        base::printable(spf.mechanism, 60) +
                        "). A forwarder breaks SPF; a DKIM signature survives it.");
    case spf::Status::permerror:
      if (spf::is_limit(spf.cause)) {
        return advice.add(
            "Shorten the SPF record of " + domain +
            ": it needs more DNS look-ups than the 10 allowed, or more than 2 empty " +
            "answers (RFC 7208 section 4.6.4). Remove includes no longer in use.");
      }
      return advice.add("Correct the SPF record of " + domain + ": " +
                        base::printable(spf.problem.empty() ? "it is invalid" : spf.problem) + ".");
    case spf::Status::temperror:
      // Behind a relay of ours nobody knows the client: nothing of the sender's.
      if (!event.connection.relay_problem.empty()) return;
      if (!event.connection.client && event.connection.relay) return;
      return advice.add(unanswered("The SPF record", domain, event));
    case spf::Status::pass:
      return;
  }
}

std::string key_name(const dkim::Result& result) {
  return base::printable(result.selector, 80) + "._domainkey." + shown(result.domain);
}

std::string about_key(const dkim::Result& result, const Event& event) {
  const std::string key = "The DKIM key at " + key_name(result);
  switch (result.reason) {
    case dkim::Reason::no_key:
      return key + " does not exist: publish it, or sign with a selector that does.";
    case dkim::Reason::key_revoked:
      return key + " is revoked (empty p=): sign with a key that is in use.";
    case dkim::Reason::weak_key:
      return key + " is too short: use RSA with 2048 bits.";
    case dkim::Reason::oversize_key:
      return key + " is longer than verifiers accept: use RSA with 2048 bits.";
    case dkim::Reason::key_unavailable:
      return unanswered("The DKIM key", key_name(result), event);
    default:
      return key + " does not fit the signature (" + std::string(dkim::name(result.reason)) +
             "): correct the record.";
  }
}

// "the fields subject, to"
std::string repeated(const verify::Facts& facts) {
  std::string names;
  for (const std::string& name : facts.message.repeated_fields)
    names.append(names.empty() ? " " : ", ").append(base::printable(name, 40));
  const bool several = facts.message.repeated_fields.size() > 1;
  return (several ? "each of the fields" : "the field") + names;
}

void advise_on_signature(const dkim::Result& result, const Event& event, Advice& advice) {
  using dkim::Reason;
  const std::string signature = "The DKIM signature of " + shown(result.domain);
  if (result.reason >= Reason::key_unavailable && result.reason <= Reason::oversize_key) {
    return advice.add(about_key(result, event));
  }
  switch (result.reason) {
    case Reason::none:
      return;
    case Reason::too_many_signatures:
      return advice.add("Sign once or twice: signatures beyond the tenth are not looked at.");
    case Reason::body_hash_mismatch:
    case Reason::body_too_short:
      return advice.add(
          signature + " does not match the body: something changed the text after it was " +
          "signed. Look for footers, disclaimers, virus scanners, mailing lists and " +
          "re-encoding between the signer and us; sign last.");
    case Reason::signature_mismatch:
      return advice.add(signature +
                        " does not match the header: a signed field was changed on the way, or " +
                        "the published key is not the signer's. Use c=relaxed/relaxed.");
    case Reason::expired:
      return advice.add(signature + " had expired (x=): leave more time, or look for a queue.");
    case Reason::in_future:
      return advice.add(signature +
                        " says that it was made in the future (t=): check the clock of " +
                        "the signer. If it is right, ours is wrong, and there is nothing to mend.");
    case Reason::clock_in_doubt:
      return advice.add(signature +
                        " had expired (x=) by our clock, which may be wrong: there is " +
                        "nothing to mend.");
    case Reason::expires_before_signed:
      return advice.add(signature + " has impossible times: check the clock of the signer.");
    case Reason::forbidden_algorithm:
    case Reason::unknown_algorithm:
      return advice.add(signature + " uses an algorithm that does not count: use rsa-sha256.");
    case Reason::from_not_signed:
      return advice.add(signature + " does not cover the From field: add it to h=.");
    case Reason::cut_field:
      return advice.add(
          "Put fewer addresses or other words into one header field: servers cut a field at "
          "60,000 " +
          std::string("octets, and what is left of it no longer fits the signature of ") +
          shown(result.domain) + ", which may be in order.");
    case Reason::repeated_field:
      return advice.add("Write " + repeated(event.facts) + " once, not several times with " +
                        "different words: the DKIM signature of " + shown(result.domain) +
                        " covers only the lowest of them (RFC 6376 section 8.15).");
    case Reason::partial_body:
      return advice.add(signature + " leaves a part of the body unsigned: do not use l=.");
    default:
      return advice.add(signature + " cannot be used (" + std::string(dkim::name(result.reason)) +
                        "): correct the signer.");
  }
}

// Somebody between the author and us passed the message on.
bool is_indirect(const verify::Facts& facts) {
  return facts.message.list_mail || facts.message.delivered_before ||
         facts.message.mail_from_rewritten || facts.arc.status != arc::Status::none;
}

// `domain` passed, and did not align with the author.
void advise_on_stranger(const base::Domain& domain, const Event& event, bool signature,
                        Advice& advice) {
  const dmarc::Result& dmarc = event.facts.dmarc;
  const std::string author = event.facts.from_domain()->text();
  const std::string other = domain.text();
  if (dmarc.organization && domain.is_within(*dmarc.organization)) {
    if (!dmarc.record) return;  // It would align, were there a policy.
    return advice.add(signature
                          ? "Sign with d=" + author + ": its DMARC record asks for that very " +
                                "name (adkim=s), and the signature is of " + other + "."
                          : "Use a MAIL FROM address of " + author + ": its DMARC record " +
                                "asks for that very name (aspf=s), and it was of " + other + ".");
  }
  if (is_indirect(event.facts)) {
    return advice.add("This came through a mailing list or forwarder, " + other +
                      ": have it leave alone what the author's DKIM signature covers, or write " +
                      "a From field of its own. What it signs or sends itself does not speak for " +
                      author + ".");
  }
  advice.add(signature ? "Sign with d=" + author + " as well: the signature of " + other +
                             " passes, but it is another organization than the From field's " +
                             author + "."
                       : "SPF passes for " + other + ", which is not aligned with " + author +
                             ": use a MAIL FROM address within " + shown(dmarc.organization) +
                             ", or sign with DKIM as that domain.");
}

void advise_on_alignment(const Event& event, Advice& advice) {
  const verify::Facts& facts = event.facts;
  const auto passing = std::ranges::find_if(
      facts.dkim, [](const dkim::Result& one) { return one.vouches() && one.domain; });
  if (passing != facts.dkim.end()) advise_on_stranger(*passing->domain, event, true, advice);
  const spf::Result* spf = facts.mail_from_spf();
  if (spf != nullptr && spf->status == spf::Status::pass && spf->domain) {
    advise_on_stranger(*spf->domain, event, false, advice);
  }
  if (facts.dkim.empty()) {
    advice.add("Sign the mail of " + facts.from_domain()->text() +
               " with DKIM: it carries no signature.");
  }
}

// What `domain` has at _dmarc.
std::ptrdiff_t count_records(const base::Domain& domain, const Event& event) {
  const auto asked =
      std::ranges::find(event.facts.dns, dmarc::record_question(domain), &dns::Lookup::question);
  if (asked == event.facts.dns.end()) return 0;
  return std::ranges::count_if(asked->answer.records, [](const dns::Record& record) {
    return dns::text(record).starts_with("v=DMARC1");
  });
}

void advise_on_record(const base::Domain& author, const Event& event, Advice& advice) {
  const dmarc::Result& dmarc = event.facts.dmarc;
  if (dmarc.record && dmarc.record->policy_invalid) {
    advice.add("Correct the DMARC record of " + shown(dmarc.policy_domain) +
               ": p=, sp= or np= is none of none, quarantine and reject.");
  }
  if (dmarc.status == dmarc::Status::none && !dmarc.record) {
    for (const auto& domain : {std::optional(author), dmarc.organization}) {
      if (!domain || count_records(*domain, event) < 2) continue;
      return advice.add("Leave one DMARC record at _dmarc." + domain->text() +
                        ": there are several, and then none counts (RFC 9989 section 4.10).");
    }
    advice.add("Publish a DMARC record at _dmarc." + author.text() +
               ": without one anybody can write mail in its name.");
  }
  if (dmarc.status == dmarc::Status::permerror && !dmarc.reason.empty()) {
    advice.add("Correct the DMARC record of " + author.text() + ": " +
               base::printable(dmarc.reason) + ".");
  }
  // With a record it is SPF or a key that could not be looked up.
  if (dmarc.status == dmarc::Status::temperror && !dmarc.record) {
    advice.add(unanswered("The DMARC record", author.text(), event));
  }
}

void advise_on_client(const Event& event, Advice& advice) {
  if (!event.facts.iprev || !event.connection.client) return;
  const std::string client = event.connection.client->text();
  if (event.facts.iprev->status == iprev::Status::permerror) {
    advice.add("Give " + client + " a reverse name: it has no PTR record.");
  } else if (event.facts.iprev->status == iprev::Status::fail) {
    advice.add("Let the reverse name of " + client + " resolve to that address again.");
  }
}

}  // namespace

std::vector<std::string> advise(const Event& event) {
  Advice advice;
  const verify::Facts& facts = event.facts;
  if (!event.verified) return {};
  if (facts.message.header_truncated) {
    return {"Shorten the header section of the message: it is too large to be checked."};
  }
  if (facts.from_fault) advise_on_author(*facts.from_fault, advice);
  const base::Domain* author = facts.from_domain();
  if (author != nullptr) advise_on_record(*author, event, advice);
  if (facts.dmarc.status == dmarc::Status::pass) return advice.take();
  if (author != nullptr) advise_on_alignment(event, advice);
  for (const dkim::Result* result : dkim::most_telling(facts.dkim, signatures_told_max))
    advise_on_signature(*result, event, advice);
  if (facts.mail_from_spf() != nullptr) advise_on_spf(*facts.mail_from_spf(), event, advice);
  advise_on_client(event, advice);
  return advice.take();
}

}  // namespace event
