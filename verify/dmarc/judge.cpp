#include "verify/dmarc/judge.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dmarc {

namespace {

const Record* record_at(const Walk& walk, const base::Domain& name) {
  const auto found = std::ranges::find(walk.records, name, [](const auto& at) { return at.first; });
  return found == walk.records.end() ? nullptr : &found->second;
}

// RFC 9989 §4.10.1: the author domain's own record, else that of its organizational domain, else
// that of the public suffix above. Records between the author and the organization never count.
std::optional<base::Domain> find_policy_domain(const Walk& walk, const base::Domain& author) {
  if (record_at(walk, author) != nullptr) return author;
  const base::Domain above = organization(walk);
  if (record_at(walk, above) != nullptr) return above;
  if (walk.records.empty()) return std::nullopt;
  return walk.records.back().first;  // psd=y ended the walk there.
}

struct Chosen {
  Policy policy = Policy::none;
  std::string_view tag = "p";
};

// RFC 9989 §4.10.1: which of p=, sp= and np= speaks for the author domain. REQUIRES: p is there.
Chosen choose(const Record& record, bool inherited, bool exists) {
  assert(record.policy);
  if (inherited && !exists && record.nonexistent_policy) return {*record.nonexistent_policy, "np"};
  if (inherited && record.subdomain_policy) return {*record.subdomain_policy, "sp"};
  return {*record.policy, "p"};
}

// RFC 9989 §4.7, t=y: one step milder.
Policy lowered(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

Result ended(Result result, Status status, std::string reason) {
  result.status = status;
  result.reason = std::move(reason);
  return result;
}

// What an identifier does for the verdict.
enum class Standing : std::uint8_t { unrelated, aligned, could_align };

Standing standing_of(const Identifier& identifier, const Evidence& evidence, const Record& record) {
  const Alignment mode =
      identifier.method == Method::dkim ? record.dkim_alignment : record.spf_alignment;
  SameOrganization same = SameOrganization::no;
  if (identifier.domain == evidence.author) {
    same = SameOrganization::yes;  // RFC 9989 §4.4: in both modes, without any walk.
  } else if (mode == Alignment::relaxed && identifier.walk.start) {
    same = same_organization(evidence.walk, identifier.walk);
  }
  if (same == SameOrganization::no) return Standing::unrelated;
  if (same == SameOrganization::yes && !identifier.temporary) return Standing::aligned;
  return Standing::could_align;
}

std::string describe(const Identifier& identifier) {
  return std::string(identifier.method == Method::dkim ? "dkim " : "spf ") +
         identifier.domain.text();
}

// RFC 9989 §5.3.5: from "fail" only an identifier that is known to align leads to pass, and only
// one that might align leads to temperror.
Result judge_alignment(Result result, const Evidence& evidence) {
  result.status = Status::fail;
  std::string doubt;
  for (const Identifier& identifier : evidence.identifiers) {
    switch (standing_of(identifier, evidence, *result.record)) {
      case Standing::unrelated:
        break;
      case Standing::aligned:
        (identifier.method == Method::dkim ? result.dkim_aligned : result.spf_aligned) = true;
        break;
      case Standing::could_align: {
        // The smallest, so that the reason does not depend on the order of the identifiers.
        const std::string text = describe(identifier);
        if (doubt.empty() || text < doubt) doubt = text;
        break;
      }
    }
  }
  if (result.dkim_aligned || result.spf_aligned) {
    result.status = Status::pass;  // Whatever else failed temporarily no longer matters.
  } else if (!doubt.empty()) {
    return ended(std::move(result), Status::temperror, doubt + " could still align");
  }
  return result;
}

}  // namespace

bool needs_existence(const Walk& author_walk) {
  assert(author_walk.start);
  const base::Domain& author = *author_walk.start;
  const std::optional<base::Domain> at = find_policy_domain(author_walk, author);
  return at && *at != author && record_at(author_walk, *at)->nonexistent_policy.has_value();
}

// Which temporary DNS failures matter (RFC 9989 §4.10.1: a failed query that is *required* leaves
// neither pass nor fail):
// - _dmarc.<author>: always, its record would come before any other.
// - A name above an author without a record: always. With psd=n it would be the organizational
//   domain, and its record the policy.
// - A name above an author with a record: only for relaxed alignment, and only when what lies
//   there could make or break it; same_organization() tries.
// - Existence of the author: only when np= applies to it and differs from what else would apply,
//   and the message did not pass.
Result judge(const Evidence& evidence) {
  assert(evidence.walk.start == evidence.author);
  const Walk& walk = evidence.walk;
  Result result;
  result.author = evidence.author;
  result.organization = organization(walk);

  const bool has_own_record = record_at(walk, evidence.author) != nullptr;
  if (!has_own_record && !walk.unreachable.empty()) {
    const std::string asked = record_question(walk.unreachable.front()).name;
    return ended(std::move(result), Status::temperror, "no answer for " + asked);
  }
  const std::optional<base::Domain> at = find_policy_domain(walk, evidence.author);
  if (!at) return ended(std::move(result), Status::none, "no policy record");

  Record record = *record_at(walk, *at);
  Chosen chosen;
  bool existence_matters = false;
  if (!record.policy || record.policy_invalid) {
    // RFC 9989 §4.10.1: a record without usable policy is p=none when somebody wants reports,
    // else there is no DMARC for this message.
    if (record.aggregate_to.empty()) {
      const bool garbage = record.policy_invalid;
      return ended(std::move(result), garbage ? Status::permerror : Status::none,
                   (garbage ? "invalid p, sp or np and no rua in the record at "
                            : "neither p nor rua in the record at ") +
                       at->text());
    }
  } else {
    const bool inherited = *at != evidence.author;
    // RFC 9989 §3.2.13: only NXDOMAIN says that a name does not exist.
    chosen = choose(record, inherited, evidence.existence != dns::Outcome::no_name);
    existence_matters = dns::is_temporary(evidence.existence) &&
                        choose(record, inherited, false).policy != chosen.policy;
  }

  result.policy_domain = at;
  result.published = chosen.policy;
  const bool testing = record.testing || (evidence.pct_zero_is_testing && record.pct_zero);
  result.policy = testing ? lowered(chosen.policy) : chosen.policy;
  result.policy_tag = chosen.tag;
  result.record = std::move(record);
  result = judge_alignment(std::move(result), evidence);
  if (result.status == Status::fail && existence_matters) {
    return ended(std::move(result), Status::temperror,
                 "no answer whether " + evidence.author.text() + " exists");
  }
  return result;
}

}  // namespace dmarc
