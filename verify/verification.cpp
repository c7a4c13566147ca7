#include "verify/verification.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "verify/auth_results_parser.hpp"
#include "verify/dmarc_check.hpp"
#include "verify/origin.hpp"
#include "verify/reverse_check.hpp"
#include "verify/spf/breadth.hpp"
#include "verify/spf/sender.hpp"
#include "verify/spf_check.hpp"
#include "verify/traces.hpp"

namespace verify {

namespace {

using std::chrono::steady_clock;

// True when an organizational domain could hold both that is more than a top-level domain: worth
// asking for before it is known to be needed.
bool may_align(const base::Domain& domain, const base::Domain& author) {
  return domain.suffix(2) == author.suffix(2);
}

// When our domain received the message: RFC 6376 §3.5, x=, "if that time is reliably available".
// What a relay of ours wrote is, within the time that a queue keeps mail.
base::WallTime time_received(const Connection& connection, base::WallTime now) {
  constexpr std::chrono::hours queue_max{7 * 24};
  const base::WallTime received = connection.received_at.value_or(now);
  return received <= now && received >= now - queue_max ? received : now;
}

// What no SPF check can tell: nobody knows which client the relay took the message from.
spf::Result unknown_origin(const std::optional<base::Domain>& domain, std::string problem) {
  spf::Result result;
  result.status = spf::Status::temperror;
  result.domain = domain;
  result.cause = spf::find_problem(problem);
  result.problem = std::move(problem);
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
      : client(checked_client(connection_given)),
        helo(connection_given.helo),
        mail_from(mail_from_given),
        options(options_given),
        services(services_given),
        now(now_given),
        received(time_received(connection_given, now_given)),
        relayed(connection_given.relay.has_value()),
        relay_problem(connection_given.relay_problem),
        author_checks(services.resolver, options.questions.author_max),
        key_checks(services.resolver, options.dkim.signatures_max),
        seal_checks(services.resolver, options.questions.seals_max),
        identifier_checks(services.resolver, options.questions.identifiers_max) {
    if (!client) return;
    start_spf(connection_given.receiver);
    reverse.emplace(*client, options.iprev, services.resolver);
  }

  void start_spf(const std::string& receiver) {
    const auto start = [&](spf::Identity identity, std::size_t questions_max) {
      spf_checks.emplace_back(spf::Request{*client, identity, helo, mail_from, receiver},
                              SpfCheck::Terms{options.spf, questions_max, options.deadline, now},
                              services.resolver, services.workers);
    };
    // With the null sender, MAIL FROM is postmaster@HELO: one check says both.
    if (!mail_from.empty()) start(spf::Identity::helo, options.questions.helo_max);
    start(spf::Identity::mail_from, options.questions.mail_from_max);
  }

  // Plan and fetch. What protects the author comes first, and each party has its own share.
  void start_headers() {
    if (author) start_author();
    candidates = dkim::find_signatures(headers, author, options.dkim);
    for (const dkim::Candidate& candidate : candidates) {
      keys.push_back(candidate.signature
                         ? key_checks.lookup(dkim::key_question(*candidate.signature))
                         : dns::Pending{});
    }
    dkim::want_body_hashes(candidates, body_hashes);
    const auto sender = spf_domain();
    if (author && sender) start_identifier(*sender);
    chain = arc::find_chain(headers, options.arc);
    arc::want_body_hashes(chain, body_hashes);
    for (const dns::Question& question : arc::key_questions(chain)) {
      seal_keys.push_back(seal_checks.lookup(question));
    }
  }

  void start_author() {
    for (const base::Domain& name : dmarc::walk_names(*author)) {
      (void)author_checks.lookup(dmarc::record_question(name));
    }
    // np= needs to know whether the author domain exists; a name of two labels has its own record
    // or none, nearly always, so asking can wait there.
    if (author->label_count() > 2) {
      (void)author_checks.lookup(dmarc::existence_question(*author));
    }
  }

  // The tree walk of what may turn out to be aligned, before that is known.
  void start_identifier(const base::Domain& domain) {
    if (domain == *author || !may_align(domain, *author)) return;
    for (const base::Domain& name : dmarc::walk_names(domain)) {
      (void)ask(dmarc::record_question(name));
    }
  }

  // The domain that SPF speaks for, before it has spoken.
  [[nodiscard]] std::optional<base::Domain> spf_domain() const {
    return base::Domain::parse(
        spf::find_sender({{}, spf::Identity::mail_from, helo, mail_from, {}}).domain);
  }

  // A question for DMARC. The author's own have been asked, all but whether he exists.
  [[nodiscard]] dns::Pending ask(const dns::Question& question) {
    const dns::Pending asked = author_checks.find(question);
    if (asked.valid()) return asked;
    const bool is_authors = question == dmarc::existence_question(*author);
    return (is_authors ? author_checks : identifier_checks).lookup(question);
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

  [[nodiscard]] dkim::Clock clock() const {
    const bool doubted =
        services.clock != nullptr && services.clock->state(steady_clock::now()).ahead_in_doubt();
    return {.now = now, .received = received, .ahead_in_doubt = doubted};
  }

  // Only a signature that vouches is worth a tree walk: one that does not verify costs nothing
  // beside its key. Asked here, before those that a temporary error may still make walk.
  std::vector<dkim::Result> judge_dkim(const dkim::Message& message, const dkim::Clock& clock) {
    std::vector<dkim::Result> results;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const dns::Answer key = keys[i].valid() ? wait(keys[i]) : dns::Answer{};
      const dkim::Result& result = results.emplace_back(
          dkim::judge(candidates[i], key, message, options.dkim, services.keys, clock));
      if (author && result.vouches()) start_identifier(*result.domain);
    }
    return results;
  }

  // A relay's mail has been on its way, and names no client of ours.
  void hear_signatures(const std::vector<dkim::Result>& results, const dkim::Clock& clock) const {
    if (services.clock == nullptr || !client || relayed) return;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!candidates[i].signature) continue;
      const dkim::Signature& signature = *candidates[i].signature;
      if (const auto voice = voice_of(signature, results[i], clock)) {
        services.clock->hear(*client, signature.domain, *voice, steady_clock::now());
      }
    }
  }

  dmarc::Result judge_dmarc(const Facts& facts) {
    return verify::judge_dmarc(facts, options.pct_zero_is_testing,
                               [this](std::span<const dns::Question> questions) {
                                 std::vector<dns::Pending> pending;
                                 for (const dns::Question& question : questions)
                                   pending.push_back(ask(question));
                                 return wait_all(pending);
                               });
  }

  void judge_spf(Facts& facts) {
    if (!client && relayed) facts.spf.push_back(unknown_origin(spf_domain(), relay_problem));
    for (SpfCheck& check : spf_checks)
      facts.spf.push_back(check.finish(deadline));
  }

  arc::Result judge_arc(const dkim::Message& message, const dkim::Clock& clock) {
    arc::Result result =
        arc::judge(chain, wait_all(seal_keys), message, options.dkim, services.keys, clock);
    for (arc::Sealer& sealer : result.sealers)
      sealer.dmarc_pass = find_dmarc_pass(sealer.results);
    return result;
  }

  // Every question of the message, each once, sorted.
  [[nodiscard]] std::vector<dns::Lookup> lookups() const {
    std::vector<dns::Lookup> all;
    const auto add = [&](std::vector<dns::Lookup> some) {
      std::ranges::move(some, std::back_inserter(all));
    };
    add(author_checks.lookups());
    add(key_checks.lookups());
    add(seal_checks.lookups());
    add(identifier_checks.lookups());
    if (reverse) add(reverse->lookups());
    for (const SpfCheck& check : spf_checks)
      add(check.lookups());
    std::ranges::sort(all, {}, &dns::Lookup::question);
    const auto repeated = std::ranges::unique(all, {}, &dns::Lookup::question);
    all.erase(repeated.begin(), repeated.end());
    return all;
  }

  const std::optional<base::IpAddress> client;
  const std::string helo;
  const std::string mail_from;
  const Options& options;
  const Services services;
  const base::WallTime now;
  const base::WallTime received;  // By our domain; never after `now`.
  const bool relayed;             // By a relay of ours; then the client may be unknown.
  const std::string relay_problem;
  base::Deadline deadline;  // Set at the end of the message, which is when somebody begins to wait.

  dns::RecordingResolver author_checks;
  dns::RecordingResolver key_checks;
  dns::RecordingResolver seal_checks;
  dns::RecordingResolver identifier_checks;
  std::vector<SpfCheck> spf_checks;
  std::optional<ReverseCheck> reverse;  // None when the client is unknown.

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
  in.info = describe(in.headers, in.mail_from, complete, in.options.lot_key);
  in.info.delivered_before = shows_earlier_delivery(in.headers, in.relayed);
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
  in.deadline = steady_clock::now() + in.options.deadline;
  in.body_hashes.finish();

  Facts facts;
  facts.authors = in.authors.addresses;
  facts.from_fault = in.authors.fault;
  facts.message = in.info;
  // Signatures first: what they lead to ask has the rest of the time.
  const dkim::Message message(in.headers, in.body_hashes);
  const dkim::Clock clock = in.clock();
  if (!in.info.header_truncated) facts.dkim = in.judge_dkim(message, clock);
  in.judge_spf(facts);
  if (in.reverse) facts.iprev = in.reverse->finish(in.deadline);
  if (in.info.header_truncated) {
    facts.dmarc.status = dmarc::Status::permerror;
    facts.dmarc.reason = "header section too large";
  } else {
    facts.arc = in.judge_arc(message, clock);
    for (const dkim::RepeatedField& field : message.repeated)
      facts.message.repeated_fields.emplace_back(field.name);
    in.hear_signatures(facts.dkim, clock);
    if (in.author) facts.dmarc = in.judge_dmarc(facts);
  }
  facts.dns = in.lookups();
  if (const spf::Result* spf = facts.mail_from_spf()) {
    facts.spf_breadth = spf::breadth(*spf, facts.dns);
  }
  return facts;
}

}  // namespace verify
