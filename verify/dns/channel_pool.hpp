#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "verify/dns/ares_channel.hpp"

namespace dns {

// The channels to one set of servers. To servers on this machine one channel is enough: it is the
// fastest. To servers further away somebody else's packet can pretend to be their answer, and all
// he has to guess is the id, the port and the spelling (RFC 5452 §4): there, as far as possible,
// each packet leaves from an idle channel, which is a new port (§9.2), and names are sent in mixed
// case. At most 128 channels. Used by one thread only.
class ChannelPool {
 public:
  // Fixed for the life of a pool.
  struct Options {
    std::vector<ServerAddress> servers{};     // At least one.
    std::chrono::milliseconds timeout{5000};  // Of one packet.
    bool guard_loopback = false;              // Whether those on this machine are no exception.
    // As AresChannel::Options::watch, with the number of the channel in this pool, which process()
    // takes.
    std::function<void(std::uint16_t channel, int socket, bool readable, bool writable)> watch;
    std::function<std::uint16_t()> random;  // Numbers that nobody outside can guess.
  };

  // Opens the first channel; an error when c-ares cannot.
  [[nodiscard]] static base::Result<std::unique_ptr<ChannelPool>> open(Options options);

  // The channel for the next packet. The reference holds as long as this object.
  [[nodiscard]] AresChannel& next();
  // The channel that asks over TCP, a conversation that nobody from outside can take part in. Made
  // when it is first wanted; null when the system gives no more.
  [[nodiscard]] AresChannel* tcp();

  // AresChannel::process() of that channel; a number that is none is passed over.
  void process(std::uint16_t channel, int socket, bool readable, bool writable);
  // AresChannel::tick() of all channels with a packet on its way.
  void tick();
  [[nodiscard]] std::size_t in_flight() const;  // Packets of all channels without an answer.
  [[nodiscard]] const std::vector<ServerAddress>& servers() const { return options_.servers; }

  // Whether names are to be sent in mixed case: at first to distant servers. Whoever reads the
  // answers tells below whether that can go on.
  [[nodiscard]] bool mixes_case() const noexcept { return mixes_case_; }
  // An answer repeated the mixed case: this server keeps it, for good.
  void case_was_kept() noexcept { keeps_case_ = true; }
  [[nodiscard]] bool keeps_case() const noexcept { return keeps_case_; }
  // A server does not keep the case: names are sent as they are from now on.
  void stop_mixing() noexcept { mixes_case_ = false; }

 private:
  // One channel over UDP.
  struct Entry {
    std::unique_ptr<AresChannel> channel;  // Never null.
    unsigned packets = 0;                  // Since it was idle: about as many left from one port.
  };

  explicit ChannelPool(Options options);
  // Opens one more channel.
  [[nodiscard]] base::Result<void> add(bool tcp_only);

  const Options options_;
  const bool is_distant_;             // A server is not on this machine, or guard_loopback.
  bool mixes_case_ = false;           // See mixes_case().
  bool keeps_case_ = false;           // At least one answer repeated the mixed case.
  std::vector<Entry> entries_;        // At least one; none is ever removed.
  std::size_t last_ = 0;              // Where the search for an idle one begins.
  std::unique_ptr<AresChannel> tcp_;  // Made when it is needed.
};

}  // namespace dns
