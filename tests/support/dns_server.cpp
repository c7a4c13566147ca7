#include "tests/support/dns_server.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "base/text.hpp"
#include "tests/support/dns_message.hpp"

namespace support {

namespace {

using Behaviour = DnsServer::Behaviour;

constexpr std::size_t header_octets = 12;
constexpr std::size_t plain_payload = 512;
constexpr std::size_t query_octets_max = 4096;

struct Query {
  unsigned id = 0;
  dns::Question question;
  bool edns = false;
  std::size_t payload = plain_payload;  // That the client takes over UDP.
};

unsigned number_at(std::string_view octets, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(octets[at]) << 8 |
                               static_cast<unsigned char>(octets[at + 1]));
}

// Queries come from our own resolver, so this is short rather than strict.
std::optional<Query> read_query(std::string_view octets) {
  if (octets.size() < header_octets + 5) return std::nullopt;
  Query query{number_at(octets, 0), {}};
  std::size_t at = header_octets;
  while (at < octets.size() && octets[at] != '\0') {
    const auto length = static_cast<unsigned char>(octets[at]);
    if (!query.question.name.empty()) query.question.name += '.';
    query.question.name += octets.substr(at + 1, length);
    at += 1U + length;
  }
  if (at + 5 > octets.size()) return std::nullopt;
  query.question.type = static_cast<dns::Type>(number_at(octets, at + 1));
  constexpr std::size_t opt_octets = 11;  // And options: c-ares 1.34 sends a cookie (RFC 7873).
  if (number_at(octets, 10) == 1 && octets.size() >= at + 5 + opt_octets) {
    query.edns = true;
    query.payload = std::max<std::size_t>(plain_payload, number_at(octets, at + 5 + 3));
  }
  return query;
}

DnsMessage respond(const Query& query, const dns::Answer& answer) {
  const unsigned code = answer.outcome == dns::Outcome::failure   ? DnsMessage::server_failure
                        : answer.outcome == dns::Outcome::no_name ? DnsMessage::name_error
                                                                  : 0;
  const unsigned flags =
      DnsMessage::response | code | (answer.authentic ? DnsMessage::authentic : 0);
  DnsMessage message(flags, query.question);
  message.set_id(query.id);
  const auto ttl = static_cast<std::uint32_t>(answer.ttl.count());
  for (const dns::Record& record : answer.records) {
    message.add_raw(DnsSection::answer, "\xC0\x0C", static_cast<unsigned>(query.question.type), ttl,
                    record_data(record, query.question.type));
  }
  if (answer.outcome == dns::Outcome::no_data || answer.outcome == dns::Outcome::no_name) {
    message.add(DnsSection::authority, "", DnsMessage::soa, ttl, soa_data(ttl));
  }
  return message;
}

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

bool bind_loopback(int socket, std::uint16_t port) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

struct Connection {
  Socket socket;
  std::string received;
  bool closed = false;
};

}  // namespace

struct DnsServer::State {
  struct Shared {
    std::map<std::string, Behaviour, std::less<>> behaviours;
    std::size_t udp = 0;
    std::size_t tcp = 0;
    std::set<unsigned> ports;
    bool serves_tcp = true;
    std::string last;
  };

  explicit State(dns::Resolver& given) : zone(given) {}

  void bind(std::uint16_t wanted);
  void run();
  void receive_datagrams();
  void receive(Connection& connection);
  [[nodiscard]] std::string answer(std::string_view octets, bool over_tcp);

  dns::Resolver& zone;
  Socket udp{-1};
  Socket tcp{-1};
  Socket stop{::eventfd(0, EFD_CLOEXEC)};
  std::vector<Connection> connections;
  base::Guarded<Shared> shared;
  std::jthread thread;
};

void DnsServer::State::bind(std::uint16_t wanted) {
  for (int tries = 0; tries < 50; ++tries) {
    udp = Socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    tcp = Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (bind_loopback(udp.get(), wanted) && bind_loopback(tcp.get(), port_of(udp.get())) &&
        ::listen(tcp.get(), 64) == 0) {
      return;
    }
    if (wanted != 0) ::usleep(20'000);  // The old server's sockets may be closing.
  }
  throw std::runtime_error("no port for the DNS server");
}

// Empty: say nothing.
std::string DnsServer::State::answer(std::string_view octets, bool over_tcp) {
  const auto query = read_query(octets);
  if (!query) return {};
  Behaviour behaviour = Behaviour::normal;
  {
    const auto locked = shared.lock();
    ++(over_tcp ? locked->tcp : locked->udp);
    locked->last = octets;
    const auto found = locked->behaviours.find(base::to_lower(query->question.name));
    if (found != locked->behaviours.end()) behaviour = found->second;
  }
  const auto only = [&](unsigned flags) {
    return DnsMessage(DnsMessage::response | flags, query->question).set_id(query->id).octets();
  };
  if (behaviour == Behaviour::drop) return {};
  if (behaviour == Behaviour::refuse) return only(DnsMessage::refused);
  if (behaviour == Behaviour::garbage) return only(0).replace(6, 2, "\xFF\xFF") + "\xC0\xFFgarbage";
  if (behaviour == Behaviour::truncate && !over_tcp) return only(DnsMessage::truncated);
  if (behaviour == Behaviour::no_edns && query->edns) return only(DnsMessage::format_error);

  Query answered = *query;
  if (behaviour == Behaviour::lower_case || (behaviour == Behaviour::forged && !over_tcp)) {
    answered.question.name = base::to_lower(query->question.name);
  }
  if (behaviour == Behaviour::wrong_id) answered.id ^= 0x5555;
  if (behaviour == Behaviour::wrong_question) answered.question.name = "wrong.example";
  const dns::Answer known = dns::wait(zone.lookup(query->question), {});
  if (known.outcome == dns::Outcome::timeout) return {};
  std::string out = respond(answered, known).octets();
  if (!over_tcp && out.size() > query->payload) return only(DnsMessage::truncated);
  return out;
}

void DnsServer::State::receive_datagrams() {
  std::array<char, query_octets_max> buffer{};
  while (true) {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    auto* const sender = reinterpret_cast<sockaddr*>(&from);
    const auto got = ::recvfrom(udp.get(), buffer.data(), buffer.size(), 0, sender, &length);
    if (got < 0) return;
    shared.lock()->ports.insert(ntohs(from.sin_port));
    const std::string out = answer({buffer.data(), static_cast<std::size_t>(got)}, false);
    if (!out.empty()) ::sendto(udp.get(), out.data(), out.size(), 0, sender, length);
  }
}

void DnsServer::State::receive(Connection& connection) {
  std::array<char, query_octets_max> buffer{};
  const auto got = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    connection.closed = true;
    return;
  }
  connection.received.append(buffer.data(), static_cast<std::size_t>(got));
  while (connection.received.size() >= 2) {
    const std::size_t length = number_at(connection.received, 0);
    if (connection.received.size() < 2 + length) return;
    std::string out = answer(std::string_view(connection.received).substr(2, length), true);
    connection.received.erase(0, 2 + length);
    if (out.empty()) continue;
    out.insert(0, dns_u16(static_cast<unsigned>(out.size())));
    ::send(connection.socket.get(), out.data(), out.size(), MSG_NOSIGNAL);
  }
}

void DnsServer::State::run() {
  while (true) {
    std::vector<pollfd> watched{
        {stop.get(), POLLIN, 0}, {udp.get(), POLLIN, 0}, {tcp.get(), POLLIN, 0}};
    for (const Connection& connection : connections) {
      watched.push_back({connection.socket.get(), POLLIN, 0});
    }
    ::poll(watched.data(), watched.size(), -1);
    if (watched[0].revents != 0) return;
    if (watched[1].revents != 0) receive_datagrams();
    for (std::size_t i = 3; i < watched.size(); ++i) {
      if (watched[i].revents != 0) receive(connections[i - 3]);
    }
    std::erase_if(connections, [](const Connection& connection) { return connection.closed; });
    if (watched[2].revents != 0) {
      const int accepted = ::accept4(tcp.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) continue;
      Connection connection{Socket(accepted), {}};
      if (shared.lock()->serves_tcp) connections.push_back(std::move(connection));
    }
  }
}

DnsServer::DnsServer(dns::Resolver& zone, std::uint16_t port)
    : state_(std::make_unique<State>(zone)) {
  state_->bind(port);
  state_->thread = std::jthread([state = state_.get()] { state->run(); });
}

DnsServer::~DnsServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(state_->stop.get(), &one, sizeof one);
}

std::uint16_t DnsServer::port() const { return port_of(state_->udp.get()); }

std::string DnsServer::address() const { return "127.0.0.1:" + std::to_string(port()); }

void DnsServer::behave(std::string_view name, Behaviour behaviour) {
  state_->shared.lock()->behaviours.insert_or_assign(std::string(name), behaviour);
}

void DnsServer::serve_tcp(bool serves) { state_->shared.lock()->serves_tcp = serves; }

std::size_t DnsServer::udp_ports() const { return state_->shared.lock()->ports.size(); }
std::size_t DnsServer::udp_queries() const { return state_->shared.lock()->udp; }
std::size_t DnsServer::tcp_queries() const { return state_->shared.lock()->tcp; }
std::string DnsServer::last_query() const { return state_->shared.lock()->last; }

}  // namespace support
