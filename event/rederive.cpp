#include "event/rederive.hpp"

#include <utility>

#include "base/worker_pool.hpp"
#include "event/recorded_resolver.hpp"
#include "verify/dmarc_check.hpp"
#include "verify/origin.hpp"
#include "verify/spf_check.hpp"

namespace event {

namespace {

// Everything recorded is there at once, so no wait ever looks at it.
constexpr base::Deadline no_deadline = base::Deadline::max();

std::vector<dns::Answer> ask(dns::Resolver& resolver, std::span<const dns::Question> questions) {
  std::vector<dns::Answer> answers;
  for (const dns::Question& question : questions)
    answers.push_back(dns::wait(resolver.lookup(question), no_deadline));
  return answers;
}

std::vector<spf::Result> spf_again(const Event& event, const verify::Options& options,
                                   dns::Resolver& resolver) {
  const std::optional<base::IpAddress> client = verify::checked_client(event.connection);
  if (!client) return event.facts.spf;
  base::WorkerPool nobody(0, 0);
  std::vector<spf::Result> results;
  for (std::size_t left = event.facts.spf.size(); left > 0; --left) {
    const bool last = left == 1;  // Facts::spf: HELO, then MAIL FROM.
    const auto identity = last ? spf::Identity::mail_from : spf::Identity::helo;
    const std::size_t questions_max =
        last ? options.questions.mail_from_max : options.questions.helo_max;
    verify::SpfCheck check({*client, identity, event.connection.helo, event.envelope.mail_from,
                            event.connection.receiver},
                           {options.spf, questions_max, options.deadline, event.time}, resolver,
                           nobody);
    results.push_back(check.finish(no_deadline));
  }
  return results;
}

std::optional<iprev::Result> iprev_again(const Event& event, const verify::Options& options,
                                         dns::Resolver& resolver) {
  if (!event.connection.client || !event.facts.iprev) return event.facts.iprev;
  const base::IpAddress& client = *event.connection.client;
  const dns::Question question[] = {iprev::name_question(client)};
  const dns::Answer names = ask(resolver, question).front();
  return iprev::judge(client, names,
                      ask(resolver, iprev::address_questions(client, names, options.iprev)),
                      options.iprev);
}

verify::Facts facts_again(const Event& event, const verify::Options& options,
                          dns::Resolver& resolver) {
  verify::Facts facts = event.facts;
  facts.spf = spf_again(event, options, resolver);
  facts.iprev = iprev_again(event, options, resolver);
  if (facts.from_domain() != nullptr && !facts.message.header_truncated) {
    facts.dmarc = verify::judge_dmarc(
        facts, options.pct_zero_is_testing,
        [&](std::span<const dns::Question> questions) { return ask(resolver, questions); });
  }
  return facts;
}

class Comparison {
 public:
  void add(std::string what, std::string_view stored, std::string_view derived) {
    if (stored == derived) return;
    differences_.push_back({std::move(what), std::string(stored), std::string(derived)});
  }
  void add(std::string what, bool stored, bool derived) {
    add(std::move(what), std::string_view(stored ? "yes" : "no"), derived ? "yes" : "no");
  }
  void add(std::string what, const std::optional<base::Domain>& stored,
           const std::optional<base::Domain>& derived) {
    const auto text = [](const auto& domain) { return domain ? domain->text() : "none"; };
    add(std::move(what), std::string_view(text(stored)), text(derived));
  }
  [[nodiscard]] std::vector<Difference> take() { return std::move(differences_); }

 private:
  std::vector<Difference> differences_;
};

std::vector<Difference> compare(const verify::Facts& stored, const verify::Facts& derived) {
  Comparison comparison;
  for (std::size_t i = 0; i < stored.spf.size(); ++i) {
    const std::string what = "spf " + std::string(spf::name(stored.spf[i].identity));
    comparison.add(what, spf::name(stored.spf[i].status), spf::name(derived.spf[i].status));
    // A check that came to no end in time does not know.
    if (!stored.spf[i].domain) continue;
    comparison.add(what + " domain", stored.spf[i].domain, derived.spf[i].domain);
  }
  const auto reverse = [](const verify::Facts& facts) {
    return facts.iprev ? iprev::name(facts.iprev->status) : "none";
  };
  comparison.add("iprev", reverse(stored), reverse(derived));
  const dmarc::Result& was = stored.dmarc;
  const dmarc::Result& is = derived.dmarc;
  comparison.add("dmarc", dmarc::name(was.status), dmarc::name(is.status));
  comparison.add("dmarc domain", was.policy_domain, is.policy_domain);
  comparison.add("organizational domain", was.organization, is.organization);
  comparison.add("published policy", dmarc::name(was.published), dmarc::name(is.published));
  comparison.add("applied policy", dmarc::name(was.policy), dmarc::name(is.policy));
  comparison.add("spf aligned", was.spf_aligned, is.spf_aligned);
  comparison.add("dkim aligned", was.dkim_aligned, is.dkim_aligned);
  return comparison.take();
}

std::vector<Difference> compare(const policy::Decision& stored, const policy::Decision& derived) {
  Comparison comparison;
  comparison.add("action", policy::name(stored.action), policy::name(derived.action));
  comparison.add("would", policy::name(stored.would), policy::name(derived.would));
  comparison.add("rule", stored.rule, derived.rule);
  return comparison.take();
}

}  // namespace

std::optional<policy::Decision> decide_again(const Event& event, const policy::Rules& rules) {
  const policy::TrustVerdict trust = policy::trusts(rules.trust, event.connection);
  const policy::Message message{event.facts, event.connection, event.envelope, event.circumstances,
                                event.id};
  if (trust.trusted) return policy::decide_trusted(trust, message, rules);
  if (!event.verified || (event.recipients_cut && !rules.tenants.empty())) return std::nullopt;
  return policy::decide(message, rules);
}

Rederivation rederive(const Event& event, const verify::Options& options,
                      const policy::Rules& rules) {
  RecordedResolver resolver(event.facts.dns);
  Event again = event;
  if (event.verified) again.facts = facts_again(event, options, resolver);
  Rederivation result;
  result.differences = compare(event.facts, again.facts);
  const std::optional<policy::Decision> decision = decide_again(again, rules);
  if (decision) result.decision = compare(event.decision, *decision);
  result.facts = std::move(again.facts);
  result.missing = resolver.missing();
  return result;
}

}  // namespace event
