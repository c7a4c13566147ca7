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
// elsewhere (wire.hpp); here a packet is sent once (to each server in turn, where one fails) and
// its answer or silence comes back. Used by one thread only.
//
// While nothing is on its way the channel has no socket: each packet sent by an idle channel leaves
// from a UDP port of its own, which the kernel chooses.
class AresChannel {
 public:
  // What became of one packet.
  enum class Status : std::uint8_t {
    answered,     // A response came, whatever it says; wire.hpp reads it.
    silent,       // No packet in time.
    unreachable,  // Nobody listens there. Of several servers that is `failed`.
    failed,       // SERVFAIL and the like of all servers, or an answer that makes no sense.
  };

  // Whoever waits for an answer. Owned by the caller, and alive until its arrived().
  class Receiver {
   public:
    virtual ~Receiver() = default;  // Not before its arrived().
    // Called once for each send(). May send again. `message` is empty unless the status is
    // `answered`, and is valid during the call only.
    virtual void arrived(Status status, Bytes message) noexcept = 0;

   private:
    friend class AresChannel;
    AresChannel* channel_ = nullptr;  // Where it waits; set by send().
  };

  // Fixed for the life of a channel.
  struct Options {
    std::vector<ServerAddress> servers{};     // At least one; asked in this order.
    std::chrono::milliseconds timeout{5000};  // Until a packet counts as silent.
    bool tcp_only = false;                    // Asks over TCP what UDP could carry.
    // Is told which sockets to wait for and for what; both false: no more. Called from send(),
    // process(), tick() and the destructor.
    std::function<void(int socket, bool readable, bool writable)> watch;
  };

  // An error when c-ares takes no such servers or has no memory. Opens no socket yet.
  [[nodiscard]] static base::Result<std::unique_ptr<AresChannel>> open(const Options& options);
  ~AresChannel();  // What is on its way comes back as `silent`, during this call.
  AresChannel(const AresChannel&) = delete;
  AresChannel& operator=(const AresChannel&) = delete;

  // Sends a packet of make_query(). Keeps a reference to `receiver` until its arrived(), which may
  // come before this returns. REQUIRES: `receiver` waits for nothing else.
  void send(std::span<const std::byte> packet, Receiver& receiver);
  // To be called when one of its sockets is ready; answers come back during the call.
  void process(int socket, bool readable, bool writable);
  // Gives up packets that are late; to be called more often than the timeout.
  void tick();

  // Packets that have no answer yet.
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }

 private:
  struct Native;
  explicit AresChannel(const Options& options);

  const std::function<void(int, bool, bool)> watch_;
  const bool one_server_;  // There is no other to go to after a refusal.
  std::size_t in_flight_ = 0;
  std::unique_ptr<Native> native_;  // c-ares' channel.
};

}  // namespace dns
