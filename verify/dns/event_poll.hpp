#pragma once

#include <cstdint>
#include <functional>

namespace dns {

// Which socket an event is about, and whose it is.
struct SocketMark {
  std::uint16_t pool = 0;
  std::uint16_t channel = 0;
  int socket = 0;
};

// Waits for sockets and for a bell that other threads ring. Of one thread, but for ring().
class EventPoll {
 public:
  EventPoll();
  ~EventPoll();
  EventPoll(const EventPoll&) = delete;
  EventPoll& operator=(const EventPoll&) = delete;

  // False when the system had no descriptors left; then nothing else may be called.
  [[nodiscard]] bool is_open() const noexcept { return poll_ >= 0 && bell_ >= 0; }

  // Both false: no longer. A closed socket needs no word.
  void watch(const SocketMark& mark, bool readable, bool writable) const;
  // Hands over what is ready, after `milliseconds` at the latest; -1: whenever that is. Errors and
  // hang-ups count as readable.
  void wait(
      int milliseconds,
      const std::function<void(const SocketMark&, bool readable, bool writable)>& ready) const;

  void ring() const;
  // Takes notice of all rings so far.
  void answer_bell() const;

 private:
  int poll_ = -1;
  int bell_ = -1;
};

}  // namespace dns
