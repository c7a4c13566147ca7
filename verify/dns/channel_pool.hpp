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
// case. Of one thread.
class ChannelPool {
 public:
  struct Options {
    std::vector<ServerAddress> servers{};
    std::chrono::milliseconds timeout{5000};
    bool guard_loopback = false;  // Whether those on this machine are no exception.
    // As of AresChannel, and which channel of this pool it is.
    std::function<void(std::uint16_t channel, int socket, bool readable, bool writable)> watch;
    std::function<std::uint16_t()> random;
  };

  [[nodiscard]] static base::Result<std::unique_ptr<ChannelPool>> open(Options options);

  // For the next packet. A reference that holds as long as this object.
  [[nodiscard]] AresChannel& next();
  // The same question as a conversation, which nobody from outside can take part in. Null when the
  // system gives no more.
  [[nodiscard]] AresChannel* tcp();

  void process(std::uint16_t channel, int socket, bool readable, bool writable);
  void tick();
  [[nodiscard]] std::size_t in_flight() const;
  [[nodiscard]] const std::vector<ServerAddress>& servers() const { return options_.servers; }

  // Whether names are sent in mixed case; the answers tell whether that can go on.
  [[nodiscard]] bool mixes_case() const noexcept { return mixes_case_; }
  void case_was_kept() noexcept { keeps_case_ = true; }
  [[nodiscard]] bool keeps_case() const noexcept { return keeps_case_; }
  void stop_mixing() noexcept { mixes_case_ = false; }

 private:
  struct Entry {
    std::unique_ptr<AresChannel> channel;
    unsigned packets = 0;  // Since it was idle: about as many left from one port.
  };

  explicit ChannelPool(Options options);
  [[nodiscard]] base::Result<void> add(bool tcp_only);

  const Options options_;
  const bool is_distant_;
  bool mixes_case_ = false;
  bool keeps_case_ = false;  // At least one answer repeated the mixed case.
  std::vector<Entry> entries_;
  std::size_t last_ = 0;              // Where the search for an idle one begins.
  std::unique_ptr<AresChannel> tcp_;  // Made when it is needed.
};

}  // namespace dns
