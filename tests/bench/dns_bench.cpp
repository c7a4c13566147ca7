// The cache under threads: what one question costs that was asked before.
#include <chrono>
#include <string>

#include <benchmark/benchmark.h>

#include "tests/support/fake_resolver.hpp"
#include "verify/dns/caching_resolver.hpp"

namespace {

void cache_hit(benchmark::State& state) {
  static support::FakeResolver dns;
  static dns::CachingResolver cache(dns, {});
  std::vector<dns::Question> questions;
  for (int i = 0; i < 1000; ++i) {
    questions.push_back({"host" + std::to_string(i) + ".example.com", dns::Type::txt});
    dns.add_txt(questions.back().name, "v=spf1 ip4:192.0.2.1 -all");
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  std::size_t next = 0;
  for (auto _ : state) {
    const dns::Pending pending = cache.lookup(questions[next++ % questions.size()]);
    benchmark::DoNotOptimize(dns::wait(pending, deadline));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(cache_hit)->ThreadRange(1, 4)->UseRealTime();

}  // namespace
