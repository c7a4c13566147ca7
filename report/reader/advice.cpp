#include "report/reader/advice.hpp"

#include <algorithm>
#include <utility>

#include "verify/base/text.hpp"

namespace report {

namespace {

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

// The DNS server of `domain`, or ours, gave no answer.
std::string unanswered(std::string_view what, const std::optional<base::Domain>& domain) {
  return std::string(what) + " of " + shown(domain) +
         " could not be looked up: have its name servers checked, then send the message again.";
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
      if (spf.problem.contains("too many") || spf.problem.contains("limit")) {
        return advice.add(
            "Shorten the SPF record of " + domain +
            ": it needs more DNS look-ups than the 10 allowed, or more than 2 empty " +
            "answers (RFC 7208 section 4.6.4). Remove includes no longer in use.");
      }
      return advice.add("Correct the SPF record of " + domain + ": " +
                        base::printable(spf.problem.empty() ? "it is invalid" : spf.problem) + ".");
    case spf::Status::temperror:
      return advice.add(unanswered("The SPF record", spf.domain));
    case spf::Status::pass:
      return;
  }
}

std::string key_name(const dkim::Result& result) {
  return base::printable(result.selector, 80) + "._domainkey." + shown(result.domain);
}

std::string about_key(const dkim::Result& result) {
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
      return key + " could not be looked up: have the name servers checked.";
    default:
      return key + " does not fit the signature (" + std::string(dkim::describe(result.reason)) +
             "): correct the record.";
  }
}

void advise_on_signature(const dkim::Result& result, Advice& advice) {
  using dkim::Reason;
  const std::string signature = "The DKIM signature of " + shown(result.domain);
  if (result.reason >= Reason::key_unavailable && result.reason <= Reason::oversize_key) {
    return advice.add(about_key(result));
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
    case Reason::expires_before_signed:
      return advice.add(signature + " has impossible times: check the clock of the signer.");
    case Reason::forbidden_algorithm:
    case Reason::unknown_algorithm:
      return advice.add(signature + " uses an algorithm that does not count: use rsa-sha256.");
    case Reason::from_not_signed:
      return advice.add(signature + " does not cover the From field: add it to h=.");
    case Reason::partial_body:
      return advice.add(signature + " leaves a part of the body unsigned: do not use l=.");
    default:
      return advice.add(signature + " cannot be used (" +
                        std::string(dkim::describe(result.reason)) + "): correct the signer.");
  }
}

// Nothing that passed is of the author's organization.
void advise_on_alignment(const Event& event, Advice& advice) {
  const verify::Facts& facts = event.facts;
  const std::string author = facts.from_domain()->text();
  for (const dkim::Result& result : facts.dkim) {
    if (!result.vouches() || !result.domain) continue;
    advice.add("Sign with d=" + author + " as well: the signature of " + result.domain->text() +
               " passes, but it is another organization than the From field's " + author + ".");
    break;
  }
  const spf::Result* spf = facts.mail_from_spf();
  if (spf != nullptr && spf->status == spf::Status::pass && spf->domain) {
    advice.add("SPF passes for " + spf->domain->text() + ", which is not aligned with " + author +
               ": use a MAIL FROM address within " + shown(facts.dmarc.organization) +
               ", or sign with DKIM as that domain.");
  }
  if (facts.dkim.empty()) {
    advice.add("Sign the mail of " + author + " with DKIM: it carries no signature.");
  }
}

void advise_on_record(const dmarc::Result& dmarc, Advice& advice) {
  const std::string domain = shown(dmarc.author);
  if (dmarc.record && dmarc.record->policy_invalid) {
    advice.add("Correct the DMARC record of " + shown(dmarc.policy_domain) +
               ": p=, sp= or np= is none of none, quarantine and reject.");
  }
  if (dmarc.status == dmarc::Status::none && !dmarc.record && dmarc.author) {
    advice.add("Publish a DMARC record at _dmarc." + domain +
               ": without one anybody can write mail in its name.");
  }
  if (dmarc.status == dmarc::Status::permerror && !dmarc.reason.empty()) {
    advice.add("Correct the DMARC record of " + domain + ": " + base::printable(dmarc.reason) +
               ".");
  }
  if (dmarc.status == dmarc::Status::temperror) {
    advice.add(unanswered("The DMARC record", dmarc.author));
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
  advise_on_record(facts.dmarc, advice);
  if (facts.dmarc.status == dmarc::Status::pass) return advice.take();
  if (facts.from_domain() != nullptr) advise_on_alignment(event, advice);
  for (const dkim::Result* result : dkim::most_telling(facts.dkim, 10))
    advise_on_signature(*result, advice);
  if (facts.mail_from_spf() != nullptr) advise_on_spf(*facts.mail_from_spf(), event, advice);
  advise_on_client(event, advice);
  return advice.take();
}

}  // namespace report
