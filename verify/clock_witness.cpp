#include "verify/clock_witness.hpp"

#include <utility>

namespace verify {

namespace {

constexpr std::chrono::minutes fresh_max{10};

base::Network network_of(const base::IpAddress& client) {
  const bool is_v4 = client.family() == base::IpAddress::Family::v4;
  return {client, is_v4 ? 24U : 48U};
}

}  // namespace

void ClockWitness::hear(const base::IpAddress& client, const base::Domain& signer, Voice voice,
                        Time now) {
  Entry entry{signer.suffix(2).text(), network_of(client), voice, now};
  const auto entries = entries_.lock();
  std::erase_if(*entries, [&](const Entry& other) {
    return other.signer == entry.signer || other.client.contains(client) ||
           now - other.time >= window;
  });
  if (entries->size() == voices_max) entries->pop_front();
  entries->push_back(std::move(entry));
}

ClockWitness::State ClockWitness::state(Time now) const {
  State state;
  const auto entries = entries_.lock();
  for (const Entry& entry : *entries) {
    if (now - entry.time >= window) continue;
    state.right += entry.voice == Voice::right ? 1 : 0;
    state.behind += entry.voice == Voice::behind ? 1 : 0;
    state.ahead += entry.voice == Voice::ahead ? 1 : 0;
  }
  return state;
}

std::optional<ClockWitness::Voice> voice_of(const dkim::Signature& signature,
                                            const dkim::Result& result, const dkim::Clock& clock) {
  using Voice = ClockWitness::Voice;
  if (!result.verified) return std::nullopt;
  if (result.reason == dkim::Reason::in_future) return Voice::behind;
  if (result.reason == dkim::Reason::expired || result.reason == dkim::Reason::clock_in_doubt) {
    return Voice::ahead;
  }
  if (!signature.signed_at) return std::nullopt;
  const bool fresh = *signature.signed_at <= clock.now + fresh_max &&
                     *signature.signed_at >= clock.now - fresh_max;
  return fresh ? std::optional(Voice::right) : std::nullopt;
}

}  // namespace verify
