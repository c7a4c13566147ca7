#pragma once

#include <string_view>
#include <utility>

#include "verify/verification.hpp"

// Facts by hand, for tests of what is made of them.
namespace support {

[[nodiscard]] inline base::Domain name(std::string_view text) {
  return base::Domain::parse(text).value();
}

[[nodiscard]] inline spf::Result spf_result(spf::Status status, std::string_view domain) {
  spf::Result result;
  result.status = status;
  result.domain = name(domain);
  return result;
}

[[nodiscard]] inline dkim::Result dkim_result(dkim::Status status, std::string_view domain,
                                              dkim::Reason reason = dkim::Reason::none) {
  dkim::Result result;
  result.status = status;
  result.reason = reason;
  result.domain = name(domain);
  return result;
}

// A message from example.com, whose record says `policy`, with that DMARC status.
[[nodiscard]] inline verify::Facts facts_of(dmarc::Status status,
                                            dmarc::Policy policy = dmarc::Policy::none) {
  verify::Facts made;
  made.authors.push_back({.local_part = "alice", .domain = name("example.com")});
  made.dmarc.status = status;
  made.dmarc.author = made.dmarc.organization = name("example.com");
  if (status == dmarc::Status::none || status == dmarc::Status::permerror) return made;
  made.dmarc.policy_domain = name("example.com");
  made.dmarc.record = dmarc::Record();
  made.dmarc.record->policy = policy;
  made.dmarc.policy = made.dmarc.published = policy;
  made.dmarc.policy_tag = "p";
  return made;
}

}  // namespace support
