#pragma once

#include <string_view>
#include <vector>

#include "tests/support/fake_resolver.hpp"
#include "verify/dmarc/discovery.hpp"

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

}  // namespace support
