#include "verify/verification.hpp"

#include <algorithm>
#include <utility>

#include "verify/auth_results_parser.hpp"
#include "verify/dmarc_check.hpp"
#include "verify/spf/breadth.hpp"
#include "verify/spf/sender.hpp"
#include "verify/spf_check.hpp"

namespace verify {

namespace {

using std::chrono::steady_clock;

// True when an organizational domain could hold both that is more than a top-level domain: worth
// asking for before it is known to be needed.
bool may_align(const base::Domain& domain, const base::Domain& author) {
  return domain.suffix(2) == author.suffix(2);
}

// What no SPF check can tell: nobody knows which client the relay took the message from.
spf::Result unknown_origin(const std::optional<base::Domain>& domain) {
  spf::Result result;
  result.status = spf::Status::temperror;
  result.domain = domain;
  result.problem = "the relay's Received field names no client";
  return result;
}

}  // namespace

const spf::Result* Facts::mail_from_spf() const { return spf.empty() ? nullptr : &spf.back(); }

const base::Domain* Facts::from_domain() const {
  return from_fault || authors.empty() ? nullptr : &authors.front().domain;
}

struct Verification::InFlight {
  InFlight(const Connection& connection_given, std::string_view mail_from_given,
           const Options& options_given, Services services_given, base::WallTime now_given)
      : client(connection_given.client),
        helo(connection_given.helo),
        mail_from(mail_from_given),
        options(options_given),
        services(services_given),
        now(now_given),
        relayed(connection_given.relay.has_value()),
        deadline(steady_clock::now() + options.deadline),
        checks(services.resolver, options.questions.checks_max) {
    if (!client) return;
    start_spf(connection_given.receiver);
    reverse = checks.lookup(iprev::name_question(*client));
  }

  void start_spf(const std::string& receiver) {
    const auto start = [&](spf::Identity identity, std::size_t questions_max) {
      spf_checks.emplace_back(spf::Request{*client, identity, helo, mail_from, receiver},
                              SpfCheck::Terms{options.spf, questions_max, deadline, now},
                              services.resolver, services.workers);
    };
    // With the null sender, MAIL FROM is postmaster@HELO: one check says both.
    if (!mail_from.empty()) start(spf::Identity::helo, options.questions.helo_max);
    start(spf::Identity::mail_from, options.questions.mail_from_max);
  }

  // Plan and fetch: the order is the order in which questions are refused when there are too many.
  void start_headers() {
    if (author) start_author();
    candidates = dkim::find_signatures(headers, author, options.dkim);
    for (const dkim::Candidate& candidate : candidates) {
      keys.push_back(candidate.signature ? checks.lookup(dkim::key_question(*candidate.signature))
                                         : dns::Pending{});
    }
    dkim::want_body_hashes(candidates, body_hashes);
    if (author) start_identifiers();
    if (reverse.valid() && dns::is_ready(reverse)) start_addresses();
    chain = arc::find_chain(headers, options.arc);
    arc::want_body_hashes(chain, body_hashes);
    for (const dns::Question& question : arc::key_questions(chain)) {
      seal_keys.push_back(checks.lookup(question));
    }
  }

  void start_author() {
    start_walk(*author);
    // np= needs to know whether the author domain exists; a name of two labels has its own record
    // or none, nearly always, so asking can wait there.
    if (author->label_count() > 2) (void)checks.lookup(dmarc::existence_question(*author));
  }

  void start_identifiers() {
    for (const dkim::Candidate& candidate : candidates) {
      if (!candidate.signature) continue;
      const base::Domain& domain = candidate.signature->domain;
      if (domain != *author && may_align(domain, *author)) start_walk(domain);
    }
    const auto domain = spf_domain();
    if (domain && domain != author && may_align(*domain, *author)) start_walk(*domain);
  }

  // The domain that SPF speaks for, before it has spoken.
  [[nodiscard]] std::optional<base::Domain> spf_domain() const {
    return base::Domain::parse(
        spf::find_sender({{}, spf::Identity::mail_from, helo, mail_from, {}}).domain);
  }

  void start_walk(const base::Domain& domain) {
    for (const base::Domain& name : dmarc::walk_names(domain)) {
      (void)checks.lookup(dmarc::record_question(name));
    }
  }

  void start_addresses() {
    for (const dns::Question& question :
         iprev::address_questions(*client, wait(reverse), options.iprev)) {
      addresses.push_back(checks.lookup(question));
    }
  }

  // Judge.
  dns::Answer wait(const dns::Pending& pending) const { return dns::wait(pending, deadline); }

  std::vector<dns::Answer> wait_all(const std::vector<dns::Pending>& pending) const {
    std::vector<dns::Answer> answers;
    answers.reserve(pending.size());
    for (const dns::Pending& one : pending)
      answers.push_back(wait(one));
    return answers;
  }

  std::optional<iprev::Result> judge_iprev() {
    if (!client) return std::nullopt;
    if (addresses.empty()) start_addresses();
    return iprev::judge(*client, wait(reverse), wait_all(addresses), options.iprev);
  }

  std::vector<dkim::Result> judge_dkim() {
    std::vector<dkim::Result> results;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const dns::Answer key = keys[i].valid() ? wait(keys[i]) : dns::Answer{};
      results.push_back(
          dkim::judge(candidates[i], key, headers, body_hashes, options.dkim, services.keys, now));
    }
    return results;
  }

  dmarc::Result judge_dmarc(const Facts& facts) {
    return verify::judge_dmarc(
        facts, options.pct_zero_is_testing, [this](std::span<const dns::Question> questions) {
          std::vector<dns::Pending> pending;  // Asked before, mostly: the recorder asks only once.
          for (const dns::Question& question : questions)
            pending.push_back(checks.lookup(question));
          return wait_all(pending);
        });
  }

  void judge_spf(Facts& facts) {
    if (!client && relayed) facts.spf.push_back(unknown_origin(spf_domain()));
    for (SpfCheck& check : spf_checks)
      facts.spf.push_back(check.finish());
  }

  arc::Result judge_arc() {
    arc::Result result = arc::judge(chain, wait_all(seal_keys), headers, body_hashes, options.dkim,
                                    services.keys, now);
    for (arc::Sealer& sealer : result.sealers)
      sealer.dmarc_pass = find_dmarc_pass(sealer.results);
    return result;
  }

  const std::optional<base::IpAddress> client;
  const std::string helo;
  const std::string mail_from;
  const Options& options;
  const Services services;
  const base::WallTime now;
  const bool relayed;  // By a relay of ours; then the client may be unknown.
  const base::Deadline deadline;
  dns::RecordingResolver checks;  // Every question but SPF's.

  std::vector<SpfCheck> spf_checks;
  dns::Pending reverse;
  std::vector<dns::Pending> addresses;

  mail::Headers headers;
  mail::Authors authors;
  std::optional<base::Domain> author;
  MessageInfo info;
  std::vector<dkim::Candidate> candidates;
  std::vector<dns::Pending> keys;  // One for each candidate; not valid where none is needed.
  arc::Chain chain;
  std::vector<dns::Pending> seal_keys;
  dkim::BodyHashes body_hashes;
};

Verification::Verification(const Connection& connection, std::string_view mail_from,
                           const Options& options, Services services, base::WallTime now)
    : in_flight_(std::make_unique<InFlight>(connection, mail_from, options, services, now)) {}

Verification::~Verification() = default;
Verification::Verification(Verification&&) noexcept = default;
Verification& Verification::operator=(Verification&&) noexcept = default;

void Verification::end_of_headers(mail::Headers headers, bool complete) {
  InFlight& in = *in_flight_;
  in.headers = std::move(headers);
  in.info = describe(in.headers, in.mail_from, complete);
  in.authors = mail::find_authors(in.headers);
  if (!in.authors.fault) in.author = in.authors.addresses.front().domain;
  if (complete) in.start_headers();
}

void Verification::body(std::string_view piece) {
  in_flight_->info.size += piece.size();
  in_flight_->body_hashes.feed(piece);
}

Facts Verification::finish() {
  InFlight& in = *in_flight_;
  in.body_hashes.finish();

  Facts facts;
  facts.authors = in.authors.addresses;
  facts.from_fault = in.authors.fault;
  facts.message = in.info;
  in.judge_spf(facts);
  facts.iprev = in.judge_iprev();
  if (in.info.header_truncated) {
    facts.dmarc.status = dmarc::Status::permerror;
    facts.dmarc.reason = "header section too large";
  } else {
    facts.dkim = in.judge_dkim();
    facts.arc = in.judge_arc();
    if (in.author) facts.dmarc = in.judge_dmarc(facts);
  }

  facts.dns = in.checks.lookups();
  for (const SpfCheck& check : in.spf_checks) {
    for (dns::Lookup& lookup : check.lookups())
      facts.dns.push_back(std::move(lookup));
  }
  std::ranges::sort(facts.dns, {}, &dns::Lookup::question);
  const auto repeated = std::ranges::unique(facts.dns, {}, &dns::Lookup::question);
  facts.dns.erase(repeated.begin(), repeated.end());
  if (const spf::Result* spf = facts.mail_from_spf()) {
    facts.spf_breadth = spf::breadth(*spf, facts.dns);
  }
  return facts;
}

}  // namespace verify
