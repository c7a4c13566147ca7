#pragma once

#include <string>
#include <vector>

#include "policy/rules.hpp"

// The words of the policy table for what a site has configured; like those of letters.hpp.
namespace policy_table {

struct Site {
  std::string wants;
  policy::Rules rules;
};

[[nodiscard]] Site preset(policy::Preset preset);

[[nodiscard]] Site on_from_fault(Site site, policy::Action action);
[[nodiscard]] Site on_temporary_error(Site site, policy::TemporaryError wanted);
[[nodiscard]] Site on_spf_fail(Site site, policy::Action action);
[[nodiscard]] Site with_reply(Site site, const std::string& code, const std::string& text);
[[nodiscard]] Site with_reply_url(Site site, const std::string& url);

// With the exceptions network 198.51.100.0/24, dkim esp.example, user scanner.
[[nodiscard]] Site protecting(Site site, const std::string& domain);
[[nodiscard]] Site protecting_only(Site site, const std::string& domain);  // Not what is below it.

[[nodiscard]] Site overriding(Site site, const policy::Match& match, policy::Action action);
[[nodiscard]] policy::Match client(const std::string& network);
[[nodiscard]] policy::Match signer(const std::string& domain);
[[nodiscard]] policy::Match sealer(const std::string& domain);
[[nodiscard]] policy::Match forwarder(const std::string& domain);
[[nodiscard]] policy::Match and_from(policy::Match match, const std::string& domain);

[[nodiscard]] Site trusting_sealers(Site site, const std::vector<std::string>& domains);

// A tenant whose name is its first domain.
[[nodiscard]] Site with_tenant(Site site, const std::vector<std::string>& domains,
                               policy::Preset preset,
                               const std::vector<policy::Override>& overrides = {});
[[nodiscard]] Site strictest(Site site);

[[nodiscard]] Site staged(Site site, policy::Stage stage);
[[nodiscard]] Site staged_for(Site site, const std::string& author, policy::Stage stage);
[[nodiscard]] Site accepting_when_degraded(Site site);

}  // namespace policy_table
