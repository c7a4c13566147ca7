#include "verify/dns/channel_pool.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace dns {

namespace {

constexpr std::size_t channels_max = 128;  // Of some 80 KiB each.
constexpr unsigned packets_max = 32;       // From one port, as long as another one can be had.
constexpr std::uint16_t tcp_number = std::numeric_limits<std::uint16_t>::max();

}  // namespace

ChannelPool::ChannelPool(Options options)
    : options_(std::move(options)),
      is_distant_(options_.guard_loopback ||
                  !std::ranges::all_of(options_.servers, &ServerAddress::is_loopback)),
      mixes_case_(is_distant_) {}

base::Result<std::unique_ptr<ChannelPool>> ChannelPool::open(Options options) {
  std::unique_ptr<ChannelPool> pool(new ChannelPool(std::move(options)));
  if (auto added = pool->add(false); !added) return std::unexpected(added.error());
  return pool;
}

base::Result<void> ChannelPool::add(bool tcp_only) {
  const std::uint16_t number = tcp_only ? tcp_number : static_cast<std::uint16_t>(entries_.size());
  auto opened = AresChannel::open({
      .servers = options_.servers,
      .timeout = options_.timeout,
      .tcp_only = tcp_only,
      .watch = [this, number](
                   int socket, bool readable,
                   bool writable) { options_.watch(number, socket, readable, writable); },
  });
  if (!opened) return std::unexpected(opened.error());
  if (tcp_only) {
    tcp_ = *std::move(opened);
  } else {
    entries_.push_back({*std::move(opened)});
  }
  return {};
}

AresChannel& ChannelPool::next() {
  if (!is_distant_) return *entries_.front().channel;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    last_ = (last_ + 1) % entries_.size();
    if (entries_[last_].channel->in_flight() > 0) continue;
    entries_[last_].packets = 1;
    return *entries_[last_].channel;
  }
  if (entries_.size() < channels_max && add(false)) {
    entries_.back().packets = 1;
    return *entries_.back().channel;
  }
  // All are waiting: any of them by chance, rather one that has not been used much, so that the
  // others come to rest and get a new port.
  std::size_t chosen = options_.random() % entries_.size();
  for (std::size_t i = 0; i < entries_.size() && entries_[chosen].packets >= packets_max; ++i)
    chosen = (chosen + 1) % entries_.size();
  ++entries_[chosen].packets;
  return *entries_[chosen].channel;
}

AresChannel* ChannelPool::tcp() {
  if (tcp_ == nullptr && !add(true)) return nullptr;
  return tcp_.get();
}

void ChannelPool::process(std::uint16_t channel, int socket, bool readable, bool writable) {
  if (channel == tcp_number) {
    if (tcp_ != nullptr) tcp_->process(socket, readable, writable);
  } else if (channel < entries_.size()) {
    entries_[channel].channel->process(socket, readable, writable);
  }
}

void ChannelPool::tick() {
  for (const Entry& entry : entries_) {
    if (entry.channel->in_flight() > 0) entry.channel->tick();
  }
  if (tcp_ != nullptr && tcp_->in_flight() > 0) tcp_->tick();
}

std::size_t ChannelPool::in_flight() const {
  std::size_t packets = tcp_ == nullptr ? 0 : tcp_->in_flight();
  for (const Entry& entry : entries_)
    packets += entry.channel->in_flight();
  return packets;
}

}  // namespace dns
