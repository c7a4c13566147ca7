#include "verify/dns/event_poll.hpp"

#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dns {

namespace {

constexpr std::uint64_t bell_bits = ~0ULL;

// A mark in the 64 bits that the kernel keeps for us.
std::uint64_t bits_of(const SocketMark& mark) {
  return std::uint64_t{mark.pool} << 48 | std::uint64_t{mark.channel} << 32 |
         static_cast<std::uint32_t>(mark.socket);
}

SocketMark mark_of(std::uint64_t bits) {
  return {static_cast<std::uint16_t>(bits >> 48), static_cast<std::uint16_t>(bits >> 32),
          static_cast<int>(static_cast<std::uint32_t>(bits))};
}

}  // namespace

EventPoll::EventPoll()
    : poll_(::epoll_create1(EPOLL_CLOEXEC)), bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!is_open()) return;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = bell_bits;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, bell_, &event);
}

EventPoll::~EventPoll() {
  if (poll_ >= 0) ::close(poll_);
  if (bell_ >= 0) ::close(bell_);
}

void EventPoll::watch(const SocketMark& mark, bool readable, bool writable) const {
  epoll_event event{};
  event.data.u64 = bits_of(mark);
  if (readable) event.events |= EPOLLIN;
  if (writable) event.events |= EPOLLOUT;
  if (event.events == 0) {
    ::epoll_ctl(poll_, EPOLL_CTL_DEL, mark.socket, nullptr);
  } else if (::epoll_ctl(poll_, EPOLL_CTL_MOD, mark.socket, &event) != 0 && errno == ENOENT) {
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, mark.socket, &event);
  }
}

void EventPoll::wait(int milliseconds,
                     const std::function<void(const SocketMark&, bool, bool)>& ready) const {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(poll_, events.data(), events.size(), milliseconds);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == bell_bits) continue;
    ready(mark_of(event.data.u64), (event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0,
          (event.events & EPOLLOUT) != 0);
  }
}

void EventPoll::ring() const {
  const std::uint64_t one = 1;
  // It can fail only when the counter is full, and then the thread is awake.
  [[maybe_unused]] const auto written = ::write(bell_, &one, sizeof one);
}

void EventPoll::answer_bell() const {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto got = ::read(bell_, &rings, sizeof rings);
}

}  // namespace dns
