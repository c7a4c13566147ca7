#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/dns_server.hpp"
#include "tests/support/fake_resolver.hpp"
#include "verify/dns/ares_resolver.hpp"

// A resolver, and a server on loopback that answers from a zone in memory.
namespace ares_world {

using Clock = std::chrono::steady_clock;

struct Setup {
  support::FakeResolver zone;
  support::DnsServer server{zone};

  [[nodiscard]] dns::AresResolver::Options options() const {
    return {
        .servers = {server.address()}, .timeout = std::chrono::milliseconds(2000), .attempts = 2};
  }
  [[nodiscard]] std::unique_ptr<dns::AresResolver> open() const { return open(options()); }
  [[nodiscard]] static std::unique_ptr<dns::AresResolver> open(
      const dns::AresResolver::Options& options) {
    auto opened = dns::AresResolver::open(options);
    REQUIRE(opened.has_value());
    return std::move(*opened);
  }
};

inline dns::Answer ask(dns::AresResolver& resolver, const std::string& name,
                       dns::Type type = dns::Type::txt) {
  const dns::Pending pending = resolver.lookup({name, type});
  REQUIRE(pending.wait_until(Clock::now() + std::chrono::seconds(20)));
  return pending.get();
}

inline std::chrono::milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

}  // namespace ares_world
