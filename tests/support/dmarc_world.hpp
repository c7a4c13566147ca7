#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fake_resolver.hpp"
#include "verify/dmarc/judge.hpp"

namespace support {

[[nodiscard]] inline base::Domain domain(std::string_view text) {
  return base::Domain::parse(text).value();
}

// The whole tree walk from a name, with every answer there at once.
[[nodiscard]] inline dmarc::Walk tree_walk(dns::Resolver& resolver, std::string_view name) {
  const base::Domain start = domain(name);
  std::vector<dns::Answer> answers;
  for (const base::Domain& at : dmarc::walk_names(start)) {
    answers.push_back(resolver.lookup(dmarc::record_question(at)).get());
  }
  return dmarc::walk(start, answers);
}

// Who vouches for the message, or might have.
struct Claim {
  dmarc::Method method = dmarc::Method::dkim;
  std::string domain;
  bool temporary = false;
};

struct Published {
  std::string name;
  std::string record;
};

inline void publish(FakeResolver& dns, const std::vector<Published>& records) {
  for (const Published& at : records)
    dns.add_txt("_dmarc." + at.name, at.record);
}

[[nodiscard]] inline dmarc::Evidence evidence(FakeResolver& dns, std::string_view author,
                                              const std::vector<Claim>& claims) {
  const dns::Question exists = dmarc::existence_question(domain(author));
  dmarc::Evidence made{.author = domain(author),
                       .walk = tree_walk(dns, author),
                       .existence = dns.lookup(exists).get().outcome,
                       .identifiers = {}};
  for (const Claim& claim : claims) {
    made.identifiers.push_back({.method = claim.method,
                                .domain = domain(claim.domain),
                                .walk = tree_walk(dns, claim.domain),
                                .temporary = claim.temporary});
  }
  return made;
}

[[nodiscard]] inline dmarc::Result judged(FakeResolver& dns, std::string_view author,
                                          const std::vector<Claim>& claims) {
  return dmarc::judge(evidence(dns, author, claims));
}

}  // namespace support
