// What differs between the versions of c-ares stays in here.
//
// Departures from c-ares' ways: queries and answers are packets of our own wire.cpp (names need no
// escapes, NXDOMAIN keeps its SOA, ids come from the kernel); it makes one attempt (at each
// server); it reads no files, as its servers are given; it keeps no answers of its own.

#include "verify/dns/ares_channel.hpp"

#include <cassert>
#include <cstring>
#include <string>
#include <utility>

// What c-ares 1.34 recommends instead of ares_send() came with 1.28, and Debian 12 has 1.18.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <arpa/inet.h>

#include "verify/dns/wire.hpp"

namespace dns {

namespace {

constexpr int receive_buffer_octets = 1 << 20;  // A burst of answers; the kernel may give less.

base::Result<void> said(int status) {
  if (status == ARES_SUCCESS) return {};
  return base::fail(std::string("c-ares: ") + ares_strerror(status));
}

AresChannel::Status status_of(int status, bool one_server) {
  switch (status) {
    case ARES_SUCCESS:
      return AresChannel::Status::answered;
    case ARES_ETIMEOUT:
    case ARES_EDESTRUCTION:
      return AresChannel::Status::silent;
    case ARES_ECONNREFUSED:  // Of several it says so whatever they said.
      return one_server ? AresChannel::Status::unreachable : AresChannel::Status::failed;
    default:
      return AresChannel::Status::failed;
  }
}

base::Result<void> set_servers(ares_channel channel, const std::vector<ServerAddress>& servers) {
  std::vector<ares_addr_port_node> nodes;
  nodes.reserve(servers.size());  // They point at each other.
  for (const ServerAddress& server : servers) {
    ares_addr_port_node node{};
    const auto octets = server.address.octets();
    node.family = server.address.family() == base::IpAddress::Family::v4 ? AF_INET : AF_INET6;
    std::memcpy(&node.addr, octets.data(), octets.size());
    node.udp_port = node.tcp_port = server.port;
    nodes.push_back(node);
    if (nodes.size() > 1) nodes[nodes.size() - 2].next = &nodes.back();
  }
  return said(ares_set_servers_ports(channel, nodes.data()));
}

}  // namespace

struct AresChannel::Native {
  ares_channel channel = nullptr;
  ~Native() {
    if (channel != nullptr) ares_destroy(channel);
  }
};

AresChannel::AresChannel(const Options& options)
    : watch_(options.watch),
      one_server_(options.servers.size() == 1),
      native_(std::make_unique<Native>()) {}

AresChannel::~AresChannel() = default;

base::Result<std::unique_ptr<AresChannel>> AresChannel::open(const Options& options) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  if (auto ready = said(library); !ready) return std::unexpected(ready.error());
  std::unique_ptr<AresChannel> channel(new AresChannel(options));
  ares_options native{};
  native.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
  // c-ares passes a SERVFAIL on to the next server. With one server it would only ask it again at
  // once, so there the first SERVFAIL is the answer.
  if (channel->one_server_) native.flags |= ARES_FLAG_NOCHECKRESP;
  if (options.tcp_only) native.flags |= ARES_FLAG_USEVC;
  native.ednspsz = edns_payload;
  native.timeout = static_cast<int>(options.timeout.count());
  native.tries = 1;
  native.ndots = 1;
  std::string lookups = "b";
  native.lookups = lookups.data();
  native.socket_receive_buffer_size = receive_buffer_octets;
  native.sock_state_cb_data = channel.get();
  native.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<AresChannel*>(self)->watch_(socket, readable != 0, writable != 0);
  };
  // Whatever is given here is not looked for in files. The servers are a placeholder.
  in_addr loopback{htonl(INADDR_LOOPBACK)};
  native.servers = &loopback;
  native.nservers = 1;
  int given = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
              ARES_OPT_NDOTS | ARES_OPT_LOOKUPS | ARES_OPT_SERVERS | ARES_OPT_DOMAINS |
              ARES_OPT_SORTLIST | ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB;
#ifdef ARES_OPT_QUERY_CACHE
  native.qcache_max_ttl = 0;  // Debian 13's c-ares would keep answers for an hour.
  given |= ARES_OPT_QUERY_CACHE;
#endif
  auto opened = said(ares_init_options(&channel->native_->channel, &native, given));
  if (opened) opened = set_servers(channel->native_->channel, options.servers);
  if (!opened) return std::unexpected(opened.error());
  return channel;
}

void AresChannel::send(std::span<const std::byte> packet, Receiver& receiver) {
  assert(receiver.channel_ == nullptr);
  receiver.channel_ = this;
  ++in_flight_;
  ares_send(
      native_->channel, reinterpret_cast<const unsigned char*>(packet.data()),
      static_cast<int>(packet.size()),
      [](void* pointer, int status, int, unsigned char* octets, int length) noexcept {
        auto& waiting = *static_cast<Receiver*>(pointer);
        AresChannel& channel = *std::exchange(waiting.channel_, nullptr);
        --channel.in_flight_;
        const Status told = status_of(status, channel.one_server_);
        const bool has_message = told == Status::answered && octets != nullptr && length > 0;
        const auto size = static_cast<std::size_t>(has_message ? length : 0);
        waiting.arrived(told, std::as_bytes(std::span(octets, size)));
      },
      &receiver);
}

void AresChannel::process(int socket, bool readable, bool writable) {
  ares_process_fd(native_->channel, readable ? socket : ARES_SOCKET_BAD,
                  writable ? socket : ARES_SOCKET_BAD);
}

void AresChannel::tick() { ares_process_fd(native_->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); }

}  // namespace dns
