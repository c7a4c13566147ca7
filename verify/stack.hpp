#pragma once

#include <cstddef>
#include <memory>

#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "verify/clock_witness.hpp"
#include "verify/dkim/key_cache.hpp"
#include "verify/dns/ares_resolver.hpp"
#include "verify/dns/breaker_resolver.hpp"
#include "verify/dns/caching_resolver.hpp"
#include "verify/verification.hpp"

namespace verify {

// What the checks of all messages share, in the order in which it must live: the pool's tasks ask
// the cache, the cache asks the network, and the breaker listens between them. One for the daemon,
// one for `postern check`.
class Stack {
 public:
  // Of each part; sections [dns] and [spf] of the configuration.
  struct Options {
    dns::AresResolver::Options dns;
    dns::CachingResolver::Options cache;
    std::size_t spf_threads = 2;  // They compute; none of them waits.
    dns::BreakerResolver::Options breaker{};

    friend bool operator==(const Options&, const Options&) = default;
  };

  // Fails when a DNS server's address cannot be read.
  [[nodiscard]] static base::Result<std::unique_ptr<Stack>> open(const Options& options);
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // References that hold as long as this object.
  [[nodiscard]] Services services() noexcept { return {cache_, workers_, keys_, &clock_}; }

  // What the signatures of the last hour say of our clock.
  [[nodiscard]] ClockWitness::State clock() const {
    return clock_.state(std::chrono::steady_clock::now());
  }

  // Whether the resolver itself fails (dns::BreakerResolver::watch). To be called about once a
  // second, by one thread.
  dns::BreakerResolver::State watch_resolver() { return breaker_.watch(); }

  // The name servers that are asked, and what is odd about them.
  [[nodiscard]] dns::AresResolver::Situation servers() const { return network_->situation(); }
  // dns::AresResolver::read_servers_again(), as on a reload.
  void read_servers_again() { network_->read_servers_again(); }
  // Forgets what could not be answered: to be called when other servers are asked, of whom that
  // says nothing.
  void forget_failures() { cache_.forget_failures(); }

 private:
  Stack(std::unique_ptr<dns::AresResolver> network, const Options& options);

  std::unique_ptr<dns::AresResolver> network_;
  dns::BreakerResolver breaker_;
  dns::CachingResolver cache_;
  dkim::KeyCache keys_;
  ClockWitness clock_;
  base::WorkerPool workers_;  // Last: its tasks end before what they use.
};

}  // namespace verify
