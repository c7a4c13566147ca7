// What a decision costs with the rules of a large site, beside an empty policy.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "policy/decision.hpp"
#include "policy/signals.hpp"
#include "tests/support/facts.hpp"

namespace {

// A quarter of each kind; none matches the message.
std::vector<policy::Override> many_overrides(int count) {
  std::vector<policy::Override> list;
  for (int i = 0; i < count; ++i) {
    const base::Domain domain = support::name("host" + std::to_string(i) + ".example.org");
    policy::Match match;
    if (i % 4 == 0) {
      const std::string network = "10." + std::to_string(i % 250) + ".0.0/";
      match.client = base::Network::parse(network + std::to_string(16 + i % 17)).value();
    }
    if (i % 4 == 1) match.dkim = domain;
    if (i % 4 == 2) match.arc_sealer = domain;
    if (i % 4 == 3) match.forwarder = domain;
    list.push_back({match, policy::Action::accept});
  }
  return list;
}

policy::Rules site_with(int tenants, int overrides) {
  std::vector<policy::Tenant> list;
  for (int i = 0; i < tenants; ++i) {
    const std::string domain = "tenant" + std::to_string(i) + ".example.net";
    list.push_back({domain, {i % 2 == 0 ? domain : "*." + domain}, {}, {}});
  }
  policy::Rules rules;
  rules.tenants = policy::Tenants(std::move(list));
  rules.overrides = policy::Overrides(many_overrides(overrides));
  return rules;
}

void decide(benchmark::State& state, const policy::Rules& rules) {
  verify::Facts facts = support::facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  facts.spf = {support::spf_result(spf::Status::fail, "example.com")};
  facts.dkim = {support::dkim_result(dkim::Status::pass, "list.example")};
  facts.iprev = iprev::Result{.status = iprev::Status::pass, .name = "mx1.mail.example"};
  verify::Connection connection;
  connection.client = base::IpAddress::parse("192.0.2.7");
  verify::Envelope envelope;
  for (int i = 0; i < state.range(0); ++i)
    envelope.recipients.push_back("x@tenant" + std::to_string(i) + ".example.net");
  for (auto _ : state) {
    benchmark::DoNotOptimize(policy::decide({facts, connection, envelope, {}, "id"}, rules));
  }
  state.SetItemsProcessed(state.iterations());
}

void decide_empty_policy(benchmark::State& state) { decide(state, {}); }

void decide_large_site(benchmark::State& state) {
  static const policy::Rules rules = site_with(100'000, 1'000);
  decide(state, rules);
}

// The same kinds of rules, few of each: what the number alone costs.
void decide_small_site(benchmark::State& state) {
  static const policy::Rules rules = site_with(10, 8);
  decide(state, rules);
}

// The author and display name of a message beside many protected domains, none of which they show.
void find_signals(benchmark::State& state) {
  std::vector<policy::ProtectedDomain> list;
  for (int i = 0; i < state.range(0); ++i)
    list.push_back({.domain = support::name("customer" + std::to_string(i) + ".example")});
  policy::Rules rules;
  rules.protection = policy::Protection(std::move(list));
  verify::Facts facts = support::facts_of(dmarc::Status::pass, dmarc::Policy::reject);
  facts.message.display_name = "Alice of Example Stores";
  for (auto _ : state)
    benchmark::DoNotOptimize(policy::find_signals({facts, {}, {}, {}, "id"}, rules));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(decide_empty_policy)->Arg(1)->Arg(10);  // Recipients, each of another tenant.
BENCHMARK(decide_small_site)->Arg(1)->Arg(10);
BENCHMARK(decide_large_site)->Arg(1)->Arg(10);
BENCHMARK(find_signals)->Arg(1)->Arg(1'000)->Arg(10'000);  // Protected domains.

}  // namespace
