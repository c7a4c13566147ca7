#pragma once

#include <cstdint>
#include <functional>

namespace dns {

// Which socket an event is about, and whose it is: the numbers of its pool and of its channel
// there.
struct SocketMark {
  std::uint16_t pool = 0;     // Of several, while servers change.
  std::uint16_t channel = 0;  // As ChannelPool numbers them.
  int socket = 0;             // The descriptor.
};

// Waits for sockets (epoll(7)) and for a bell that other threads ring. Used by one thread only, but
// for ring().
class EventPoll {
 public:
  EventPoll();   // Whether it worked, is_open() tells.
  ~EventPoll();  // Nobody may be waiting then.
  EventPoll(const EventPoll&) = delete;
  EventPoll& operator=(const EventPoll&) = delete;

  // False when the system had no descriptors left at construction; then nothing else may be called.
  [[nodiscard]] bool is_open() const noexcept { return poll_ >= 0 && bell_ >= 0; }

  // Says what to wait for on that socket from now on; both false: nothing. A socket that is closed
  // needs no word.
  void watch(const SocketMark& mark, bool readable, bool writable) const;
  // Waits until something is ready, but no longer than `milliseconds` (-1: without limit), and
  // calls `ready` for each socket that is. A ring ends the wait. Errors and hang-ups count as
  // readable.
  void wait(
      int milliseconds,
      const std::function<void(const SocketMark&, bool readable, bool writable)>& ready) const;

  // Wakes the thread that waits, or keeps its next wait from lasting. From any thread; never
  // blocks.
  void ring() const;
  // Takes notice of all rings so far: only later ones end the next wait.
  void answer_bell() const;

 private:
  int poll_ = -1;  // -1: could not be had.
  int bell_ = -1;  // An eventfd(2); -1: could not be had.
};

}  // namespace dns
