// Body hashing by canonicalization and kind of text: what DKIM costs per octet of a message.
#include <string>

#include <benchmark/benchmark.h>

#include "verify/dkim/body_hashes.hpp"

namespace {

std::string text(std::size_t octets, const std::string& line) {
  std::string body;
  while (body.size() < octets)
    body += line;
  return body;
}

void hash_body(benchmark::State& state, dkim::Canon canon, const std::string& line) {
  const std::string body = text(static_cast<std::size_t>(state.range(0)), line);
  for (auto _ : state) {
    dkim::BodyHashes hashes;
    hashes.want({.canon = canon, .length = std::nullopt});
    hashes.feed(body);
    hashes.finish();
    benchmark::DoNotOptimize(hashes.of({.canon = canon, .length = std::nullopt}));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void body_simple(benchmark::State& state) {
  hash_body(state, dkim::Canon::simple,
            "Shall we meet at noon, or would three suit you better?\r\n");
}
void body_relaxed_clean(benchmark::State& state) {
  hash_body(state, dkim::Canon::relaxed,
            "Shall we meet at noon, or would three suit you better?\r\n");
}
void body_relaxed_indented(benchmark::State& state) {
  hash_body(state, dkim::Canon::relaxed, "    <td>Shall we  meet at noon?</td> \r\n");
}

BENCHMARK(body_simple)->Range(1 << 10, 1 << 20);
BENCHMARK(body_relaxed_clean)->Range(1 << 10, 1 << 20);
BENCHMARK(body_relaxed_indented)->Range(1 << 10, 1 << 20);

}  // namespace
