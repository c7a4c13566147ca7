// A whole signed message through the checks, and its event line: all but the MTA and the network.
#include <chrono>

#include <benchmark/benchmark.h>

#include "event/event.hpp"
#include "policy/decision.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/sample_event.hpp"
#include "verify/verification.hpp"

namespace {

void check_unsigned_message(benchmark::State& state) {
  support::FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
  dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  base::WorkerPool workers(1, 10);
  dkim::KeyCache keys;
  const verify::Options options;
  const verify::Connection connection{.client = base::IpAddress::parse("192.0.2.1"),
                                      .client_name = "mail.example.com",
                                      .helo = "mail.example.com",
                                      .receiver = "mx.example.org",
                                      .authenticated = false};
  for (auto _ : state) {
    verify::Verification verification(connection, "a@example.com", options, {dns, workers, keys},
                                      base::WallTime{});
    mail::Headers headers;
    (void)headers.add({"From", " A <a@example.com>"}, options.header_octets_max);
    verification.end_of_headers(std::move(headers), true);
    verification.body("Hello.\r\n");
    const verify::Facts facts = verification.finish();
    benchmark::DoNotOptimize(policy::decide({facts, connection, {}, {}, "id"}, {}));
  }
  state.SetItemsProcessed(state.iterations());
}

void event_line(benchmark::State& state) {
  const event::Event event = support::sample_event();
  for (auto _ : state)
    benchmark::DoNotOptimize(event::to_line(event));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(check_unsigned_message);
BENCHMARK(event_line);

}  // namespace
