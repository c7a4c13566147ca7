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

  // What one signature says of our clock.
  enum class Voice : std::uint8_t {
    right,   // Signed a few minutes ago.
    behind,  // Signed in our future.
    ahead,   // Expired on arrival.
  };

  // How many voices of the last hour say what.
  struct State {
    std::size_t right = 0;
    std::size_t behind = 0;
    std::size_t ahead = 0;

    static constexpr std::size_t voices_min = 3;  // Fewer prove nothing.
    // True when our clock seems to be behind: signatures come from our future.
    [[nodiscard]] bool behind_in_doubt() const { return behind >= voices_min && behind > right; }
    // True when our clock seems to be ahead: signatures have expired on arrival.
    [[nodiscard]] bool ahead_in_doubt() const { return ahead >= voices_min && ahead > right; }
  };

  // Takes a voice in; those of the same signer or the same client network before count no longer.
  void hear(const base::IpAddress& client, const base::Domain& signer, Voice voice, Time now);
  // The count at `now`, without voices older than the window.
  [[nodiscard]] State state(Time now) const;

 private:
  struct Entry {
    std::string signer;    // Its last two labels.
    base::Network client;  // /24 or /48.
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
