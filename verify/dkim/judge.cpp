#include "verify/dkim/judge.hpp"

#include <utility>

#include "verify/dkim/header_hash.hpp"
#include "verify/mail/tag_list.hpp"

namespace dkim {

namespace {

constexpr std::size_t fields_max = 100;             // DKIM-Signature fields read at all.
constexpr std::size_t signature_start_octets = 6;   // 8 characters, as RFC 6008 §4 wants.
constexpr std::size_t described_octets_max = 1024;  // Of a refused tag's value.

// Whether a pass for `domain` could count for `author` (RFC 9989 §4.4): equal, above, below, or,
// as far as can be said without DNS, in one organization.
bool can_align(const base::Domain& domain, const base::Domain& author) {
  return author.is_within(domain) || domain.is_within(author) ||
         author.suffix(2) == domain.suffix(2);
}

// What a refused field says of itself, as far as it can be read.
void describe_refused(const mail::HeaderField& field, Result& result) {
  const auto tags = mail::TagList::parse(field.value);
  if (!tags) return;
  const auto text = [&](std::string_view tag) {
    return std::string(tags->find(tag).value_or("").substr(0, described_octets_max));
  };
  result.domain = base::Domain::parse(text("d"));
  result.selector = text("s");
  result.algorithm = text("a");
  for (const char c : text("i")) {
    if (!base::is_space(c)) result.identity += c;
  }
  for (const char c : text("b")) {
    if (result.signature_start.size() < 8 && !base::is_space(c)) result.signature_start += c;
  }
}

void describe_parsed(const Signature& signature, Result& result) {
  result.domain = signature.domain;
  result.selector = signature.selector;
  result.algorithm = name(signature.algorithm);
  result.identity = signature.identity;
  const crypto::ByteView octets(signature.signature);
  result.signature_start =
      crypto::to_base64(octets.first(std::min(octets.size(), signature_start_octets)));
}

// RFC 6376 §8.2, §8.15: whoever adds to the message says what the signer did not.
Reason left_open(const Signature& signature, const Message& message, const BodyHash& body,
                 const Options& options) {
  if (leaves_open(signature, message.repeated)) return Reason::repeated_field;
  const bool partial = body.coverage == BodyHash::Coverage::partial;
  return partial && !options.partial_body_allowed ? Reason::partial_body : Reason::none;
}

}  // namespace

std::vector<Candidate> find_signatures(const mail::Headers& headers,
                                       const std::optional<base::Domain>& author,
                                       const Options& options) {
  std::vector<Candidate> candidates;
  bool left_out = false;
  for (const mail::HeaderField* field : headers.named("DKIM-Signature")) {
    auto signature = parse_signature(field->value);
    const bool aligned = signature && author && can_align(signature->domain, *author);
    if (candidates.size() < (aligned ? 2 * fields_max : fields_max)) {
      candidates.push_back({field, std::move(signature)});
    } else if (!left_out) {
      candidates.push_back({field, std::unexpected(Reason::too_many_signatures)});
      left_out = true;
    }
  }
  std::size_t left = options.signatures_max;
  const auto choose = [&](bool aligned) {
    for (Candidate& candidate : candidates) {
      if (!candidate.signature) continue;
      const bool can = author && can_align(candidate.signature->domain, *author);
      if (can != aligned) continue;
      if (left == 0) {
        candidate.signature = std::unexpected(Reason::too_many_signatures);
      } else {
        --left;
      }
    }
  };
  choose(true);
  choose(false);
  return candidates;
}

void want_body_hashes(std::span<const Candidate> candidates, BodyHashes& hashes) {
  for (const Candidate& candidate : candidates) {
    if (candidate.signature) hashes.want(body_hash_spec(*candidate.signature));
  }
}

Verdict verify_message(const Signature& signature, const mail::HeaderField& own,
                       const Message& message, const dns::Answer& key_answer,
                       const Options& options, KeyCache& keys, const Clock& clock) {
  // A hash nobody asked for is no hash: it can only mismatch.
  const Sums sums{[&] { return header_hash(message.headers, own, signature); },
                  message.body.of(body_hash_spec(signature)).value_or(BodyHash{})};
  Verdict verdict = verify(signature, key_answer, sums, options, keys);
  const Reason times = check_times(signature, options, clock);
  if (times == Reason::expired && !clock.ahead_in_doubt) {
    verdict.reason = times;
  } else if (verdict.verified || verdict.reason == Reason::key_unavailable ||
             verdict.reason == Reason::key_not_asked) {
    const Reason open = left_open(signature, message, *sums.body, options);
    if (open != Reason::none) {
      verdict.reason = open;
    } else if (verdict.verified && times != Reason::none) {
      verdict.reason = times == Reason::expired ? Reason::clock_in_doubt : times;
    }
  } else if (verdict.reason == Reason::signature_mismatch &&
             covers_cut_field(signature, message.headers)) {
    verdict.reason = Reason::cut_field;
  }
  return verdict;
}

Result judge(const Candidate& candidate, const dns::Answer& key_answer, const Message& message,
             const Options& options, KeyCache& keys, const Clock& clock) {
  Result result;
  Verdict verdict;
  if (!candidate.signature) {
    describe_refused(*candidate.field, result);
    verdict.reason = candidate.signature.error();
  } else {
    describe_parsed(*candidate.signature, result);
    verdict = verify_message(*candidate.signature, *candidate.field, message, key_answer, options,
                             keys, clock);
  }
  result.status = status_of(verdict);
  result.reason = verdict.reason;
  result.testing = verdict.testing;
  result.key_bits = verdict.key_bits;
  result.verified = verdict.verified;
  return result;
}

std::vector<const Result*> most_telling(std::span<const Result> results, std::size_t results_max) {
  std::vector<const Result*> chosen(results.size());
  std::ranges::transform(results, chosen.begin(), [](const Result& one) { return &one; });
  if (chosen.size() <= results_max) return chosen;
  std::ranges::stable_sort(chosen, {}, [](const Result* one) {
    if (one->status == Status::pass) return 0;
    return one->reason == Reason::too_many_signatures ? 2 : 1;
  });
  chosen.resize(results_max);
  std::ranges::sort(chosen);  // All point into `results`: back to the order of the header.
  return chosen;
}

}  // namespace dkim
