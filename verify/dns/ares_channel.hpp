#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "verify/dns/server_address.hpp"
#include "verify/dns/wire_name.hpp"

namespace dns {

// One channel of c-ares: servers, sockets, and packets on their way. Packets are made and read
// elsewhere; here a packet is sent once (to each server in turn, where one fails) and its answer
// or silence comes back. Of one thread.
//
// While nothing is on its way the channel has no socket: each packet sent by an idle channel
// leaves from a UDP port of its own, which the kernel chooses.
class AresChannel {
 public:
  enum class Status : std::uint8_t {
    answered,
    silent,       // No packet in time.
    unreachable,  // Nobody listens there. Of several servers that is `failed`.
    failed,       // SERVFAIL and the like of all servers, or an answer that makes no sense.
  };

  // Whoever waits for an answer.
  class Receiver {
   public:
    virtual ~Receiver() = default;
    // Called once for each send(). May send again. `message` is empty unless answered.
    virtual void arrived(Status status, Bytes message) noexcept = 0;

   private:
    friend class AresChannel;
    AresChannel* channel_ = nullptr;
  };

  struct Options {
    std::vector<ServerAddress> servers{};
    std::chrono::milliseconds timeout{5000};
    bool tcp_only = false;
    // Told which sockets to wait for; both false: no more.
    std::function<void(int socket, bool readable, bool writable)> watch;
  };

  [[nodiscard]] static base::Result<std::unique_ptr<AresChannel>> open(const Options& options);
  ~AresChannel();  // What is on its way comes back as silent.
  AresChannel(const AresChannel&) = delete;
  AresChannel& operator=(const AresChannel&) = delete;

  // Keeps a reference to `receiver` until its arrived(), which may come before this returns.
  // REQUIRES: `receiver` waits for nothing else.
  void send(std::span<const std::byte> packet, Receiver& receiver);
  // One of its sockets is ready.
  void process(int socket, bool readable, bool writable);
  // Looks what is late; to be called more often than the timeout.
  void tick();

  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }

 private:
  struct Native;
  explicit AresChannel(const Options& options);

  const std::function<void(int, bool, bool)> watch_;
  const bool one_server_;
  std::size_t in_flight_ = 0;
  std::unique_ptr<Native> native_;
};

}  // namespace dns
