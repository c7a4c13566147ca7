#include "verify/stack.hpp"

#include <utility>

namespace verify {

namespace {

constexpr std::size_t spf_queue_max = 4096;  // Past it a check runs where it is waited for.

}  // namespace

base::Result<std::unique_ptr<Stack>> Stack::open(const Options& options) {
  auto network = dns::AresResolver::open(options.dns);
  if (!network) return std::unexpected(network.error());
  return std::unique_ptr<Stack>(new Stack(*std::move(network), options));
}

Stack::Stack(std::unique_ptr<dns::AresResolver> network, const Options& options)
    : network_(std::move(network)),
      breaker_(*network_, network_->urgent(), options.breaker),
      cache_(breaker_, options.cache),
      workers_(options.spf_threads, spf_queue_max) {}

}  // namespace verify
