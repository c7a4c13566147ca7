#include <algorithm>
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
  Judge(const Chain& chain, std::span<const dns::Answer> answers, const mail::Headers& headers,
        const dkim::BodyHashes& body, const dkim::Options& options, dkim::KeyCache& keys)
      : chain_(chain),
        answers_(answers),
        headers_(headers),
        body_(body),
        options_(options),
        keys_(keys),
        questions_(key_questions(chain)) {}

  // RFC 8617 §5.2 steps 4 to 7. §5.2.1: every error is permanent, that of a look-up, too.
  [[nodiscard]] Result operator()(base::WallTime now) const {
    Result result = failed(chain_.instances);
    const std::size_t newest = chain_.sets.size();
    const dkim::Signature& message = *chain_.sets.back().message_signature;
    dkim::Reason reason = dkim::check_times(message, options_, now);
    if (reason == dkim::Reason::none) reason = check_message(chain_.sets.back());
    if (reason != dkim::Reason::none) {
      result.detail = describe("ARC-Message-Signature", newest, reason);
      if (reason != dkim::Reason::key_unavailable) return result;
    }
    const std::vector<crypto::Sha256> hashes = seal_hashes(chain_);
    for (std::size_t i = newest; i > 0; --i) {
      reason =
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
           std::string(dkim::describe(reason));
  }

  // RFC 8617 §5.2 step 5: the first message signature, from the newest down, that fails, plus one.
  std::size_t oldest_pass() const {
    std::size_t visits = 0;
    for (std::size_t i = chain_.sets.size() - 1; i > 0; --i) {
      const Set& set = chain_.sets[i - 1];
      visits += headers_.fields().size();
      if (visits > field_visits_max || !set.message_signature) return i + 1;
      if (check_message(set) != dkim::Reason::none) return i + 1;
    }
    return 0;
  }

  dkim::Reason check_message(const Set& set) const {
    const dkim::Signature& signature = *set.message_signature;
    // A hash nobody asked for is no hash: it can only mismatch.
    const auto body = body_.of(dkim::body_hash_spec(signature)).value_or(dkim::BodyHash{});
    return check(signature,
                 {[&] { return dkim::header_hash(headers_, *set.message, signature); }, body});
  }

  dkim::Reason check(const dkim::Signature& signature, const dkim::Sums& sums) const {
    const auto question = std::ranges::find(questions_, dkim::key_question(signature));
    const auto index = static_cast<std::size_t>(question - questions_.begin());
    if (index >= answers_.size()) return dkim::Reason::key_unavailable;
    return dkim::verify(signature, answers_[index], sums, options_, keys_).reason;
  }

  const Chain& chain_;
  std::span<const dns::Answer> answers_;
  const mail::Headers& headers_;
  const dkim::BodyHashes& body_;
  const dkim::Options& options_;
  dkim::KeyCache& keys_;
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
             const mail::Headers& headers, const dkim::BodyHashes& body,
             const dkim::Options& options, dkim::KeyCache& keys, base::WallTime now) {
  if (chain.defect) {
    Result result = failed(chain.instances);
    result.detail = *chain.defect;
    return result;
  }
  if (chain.sets.empty()) return {};
  return Judge(chain, key_answers, headers, body, options, keys)(now);
}

}  // namespace arc
