#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/domain.hpp"
#include "base/guarded.hpp"
#include "base/ip_address.hpp"
#include "verify/dkim/judge.hpp"

namespace verify {

// What the signatures that verify say of our own clock. Nobody but the holder of a key can write
// the t= and x= of a signature that verifies; when those of several signers do not fit our clock,
// it is more likely ours that is wrong. No single sender has a voice of weight: one signer (by the
// last two labels of its name) and one client network (/24, IPv6 /48) count once, with what they
// said last, for an hour; and three who agree on a fault must be more than those who find the clock
// right. Safe for concurrent use.
class ClockWitness {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t voices_max = 64;  // The oldest makes room.
  static constexpr std::chrono::hours window{1};

  enum class Voice : std::uint8_t {
    right,   // Signed a few minutes ago.
    behind,  // Signed in our future.
    ahead,   // Expired on arrival.
  };

  struct State {
    std::size_t right = 0;
    std::size_t behind = 0;
    std::size_t ahead = 0;

    static constexpr std::size_t voices_min = 3;
    [[nodiscard]] bool behind_in_doubt() const { return behind >= voices_min && behind > right; }
    [[nodiscard]] bool ahead_in_doubt() const { return ahead >= voices_min && ahead > right; }
  };

  void hear(const base::IpAddress& client, const base::Domain& signer, Voice voice, Time now);
  [[nodiscard]] State state(Time now) const;

 private:
  struct Entry {
    std::string signer;
    base::Network client;
    Voice voice;
    Time time;
  };
  base::Guarded<std::deque<Entry>> entries_;  // The oldest first.
};

// What this signature says of the clock by which it got this result; nothing when it did not verify
// or its times tell nothing.
[[nodiscard]] std::optional<ClockWitness::Voice> voice_of(const dkim::Signature& signature,
                                                          const dkim::Result& result,
                                                          const dkim::Clock& clock);

}  // namespace verify
