#include <algorithm>
#include <cassert>
#include <string>

#include "verify/arc/arc.hpp"
#include "verify/dkim/canonical.hpp"
#include "verify/dkim/header_hash.hpp"

namespace arc {

namespace {

// Header fields looked at to find oldest-pass: each older message signature reads them all.
constexpr std::size_t field_visits_max = 100'000;

void update(crypto::Digest& digest, const mail::HeaderField& field) {
  digest.update(crypto::bytes_of(dkim::canonical_field(field, dkim::Canon::relaxed)));
}

// What each seal signs (RFC 8617 §5.1.1): the sets up to its own, in each the results, the message
// signature and the seal; of its own seal without b= and the final CRLF. One running hash serves
// all.
std::vector<crypto::Sha256> seal_hashes(const Chain& chain) {
  std::vector<crypto::Sha256> hashes;
  crypto::Digest before;
  for (const Set& set : chain.sets) {
    update(before, *set.results);
    update(before, *set.message);
    crypto::Digest own = before.fork();
    std::string last =
        dkim::canonical_field(dkim::without_signature(*set.seal), dkim::Canon::relaxed);
    last.resize(last.size() - 2);
    own.update(crypto::bytes_of(last));
    hashes.push_back(own.value());
    update(before, *set.seal);
  }
  return hashes;
}

Result failed(std::size_t instances) {
  Result result;
  result.status = Status::fail;
  result.instances = instances;
  return result;
}

class Judge {
 public:
  Judge(const Chain& chain, std::span<const dns::Answer> answers, const dkim::Message& message,
        const dkim::Options& options, dkim::KeyCache& keys, const dkim::Clock& clock)
      : chain_(chain),
        answers_(answers),
        message_(message),
        options_(options),
        keys_(keys),
        clock_(clock),
        questions_(key_questions(chain)) {}

  // RFC 8617 §5.2 steps 4 to 7. §5.2.1: every error is permanent, that of a look-up, too.
  [[nodiscard]] Result operator()() const {
    Result result = failed(chain_.instances);
    const std::size_t newest = chain_.sets.size();
    const Set& last = chain_.sets.back();
    const dkim::Verdict verdict = judge_message(last);
    if (verdict.reason != dkim::Reason::none) {
      result.detail = describe("ARC-Message-Signature", newest, verdict.reason);
      const bool may_pass_yet = verdict.reason == dkim::Reason::in_future ||
                                dkim::status_of(verdict) == dkim::Status::temperror;
      if (!may_pass_yet) return result;
    }
    const std::vector<crypto::Sha256> hashes = seal_hashes(chain_);
    for (std::size_t i = newest; i > 0; --i) {
      const dkim::Reason reason =
          check(*chain_.sets[i - 1].seal_signature, {[&] { return hashes[i - 1]; }, std::nullopt});
      if (reason == dkim::Reason::none) continue;
      const bool lost = reason == dkim::Reason::key_unavailable;
      if (!lost || result.detail.empty()) result.detail = describe("ARC-Seal", i, reason);
      if (!lost) return result;
    }
    if (result.detail.empty()) {
      result.status = Status::pass;
      result.oldest_pass = oldest_pass();
    }
    for (std::size_t i = newest; i > 0; --i) {
      const Set& set = chain_.sets[i - 1];
      result.sealers.push_back(
          {set.seal_signature->domain, set.seal_signature->selector, set.results->value});
    }
    return result;
  }

 private:
  static std::string describe(std::string_view field, std::size_t instance, dkim::Reason reason) {
    return std::string(field) + " i=" + std::to_string(instance) + ": " +
           std::string(dkim::name(reason));
  }

  // RFC 8617 §5.2 step 5: the first message signature, from the newest down, that fails, plus one.
  std::size_t oldest_pass() const {
    std::size_t visits = 0;
    for (std::size_t i = chain_.sets.size() - 1; i > 0; --i) {
      const Set& set = chain_.sets[i - 1];
      visits += message_.headers.fields().size();
      if (visits > field_visits_max || !set.message_signature) return i + 1;
      const dkim::Verdict verdict = judge_message(set);
      const bool open = verdict.reason == dkim::Reason::partial_body ||
                        verdict.reason == dkim::Reason::repeated_field;
      if (!verdict.verified || open) return i + 1;  // Its times were judged by who came next.
    }
    return 0;
  }

  dkim::Verdict judge_message(const Set& set) const {
    const dkim::Signature& signature = *set.message_signature;
    return dkim::verify_message(signature, *set.message, message_, key_for(signature), options_,
                                keys_, clock_);
  }

  dkim::Reason check(const dkim::Signature& signature, const dkim::Sums& sums) const {
    return dkim::verify(signature, key_for(signature), sums, options_, keys_).reason;
  }

  // Of a key nobody asked for: that it could not be had.
  const dns::Answer& key_for(const dkim::Signature& signature) const {
    static const dns::Answer none;
    const auto question = std::ranges::find(questions_, dkim::key_question(signature));
    const auto index = static_cast<std::size_t>(question - questions_.begin());
    return index < answers_.size() ? answers_[index] : none;
  }

  const Chain& chain_;
  std::span<const dns::Answer> answers_;
  const dkim::Message& message_;
  const dkim::Options& options_;
  dkim::KeyCache& keys_;
  const dkim::Clock& clock_;
  std::vector<dns::Question> questions_;
};

}  // namespace

void want_body_hashes(const Chain& chain, dkim::BodyHashes& hashes) {
  for (const Set& set : chain.sets) {
    if (set.message_signature) hashes.want(dkim::body_hash_spec(*set.message_signature));
  }
}

std::vector<dns::Question> key_questions(const Chain& chain) {
  std::vector<dns::Question> questions;
  const auto ask = [&](const dkim::Signature& signature) {
    dns::Question question = dkim::key_question(signature);
    if (std::ranges::find(questions, question) == questions.end()) {
      questions.push_back(std::move(question));
    }
  };
  if (chain.sets.empty()) return questions;
  ask(*chain.sets.back().message_signature);
  for (auto set = chain.sets.rbegin(); set != chain.sets.rend(); ++set)
    ask(*set->seal_signature);
  return questions;
}

Result judge(const Chain& chain, std::span<const dns::Answer> key_answers,
             const dkim::Message& message, const dkim::Options& options, dkim::KeyCache& keys,
             const dkim::Clock& clock) {
  if (chain.defect) {
    Result result = failed(chain.instances);
    result.detail = *chain.defect;
    return result;
  }
  if (chain.sets.empty()) return {};
  assert(key_answers.size() == key_questions(chain).size());
  return Judge(chain, key_answers, message, options, keys, clock)();
}

}  // namespace arc
