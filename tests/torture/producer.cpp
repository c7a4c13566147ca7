// A gateway without mail: writes events into a spool as the daemon does, and says of each that it
// was "answered" only after the spool has taken it. For tools/torture.
//
//   torture_producer DIRECTORY GATEWAY FIRST COUNT    prints "NUMBER DOMAIN" for each answered one
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "report/spool.hpp"
#include "tests/support/sample_event.hpp"

namespace {

constexpr long domains = 20;

report::Event make_event(long number, const std::string& gateway, base::WallTime now) {
  report::Event event = support::sample_event();
  event.id = report::make_event_id(now);
  event.time = now;
  event.gateway = gateway;
  event.envelope.queue_id = gateway + "-" + std::to_string(number);
  const std::string name = "d" + std::to_string(number % domains) + ".example";
  const auto domain = base::Domain::parse(name);
  event.facts.authors = {{"alice", *domain}};
  event.facts.dmarc.author = event.facts.dmarc.policy_domain = event.facts.dmarc.organization =
      domain;
  return event;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  auto spool = report::Spool::open({argv[1], 1 << 20, std::chrono::milliseconds(1000)});
  if (!spool) {
    std::fprintf(stderr, "%s\n", spool.error().what.c_str());
    return 69;
  }
  const long first = std::atol(argv[3]);
  const long count = std::atol(argv[4]);
  for (long number = first; number < first + count; ++number) {
    const base::WallTime now = std::chrono::system_clock::now();
    const auto taken = spool->append(report::to_line(make_event(number, argv[2], now)), now);
    if (taken) {
      std::printf("%ld d%ld.example\n", number, number % domains);
      std::fflush(stdout);  // The answer: one write(2), after the event's.
    } else {
      std::fprintf(stderr, "%s\n", taken.error().what.c_str());
    }
  }
  return 0;
}
