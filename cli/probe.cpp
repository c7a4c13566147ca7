#include "cli/probe.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cli {

namespace {

using std::chrono::milliseconds;
template <class T>
using Found = base::Result<T, Trouble>;

constexpr std::size_t packet_octets_max = 64 << 10;
constexpr std::size_t page_octets_max = 1 << 20;
constexpr milliseconds retry_pause{20};

// libmilter's mfdef.h and mfapi.h: all that an MTA of version 6 can do.
constexpr std::uint32_t version = 6;
constexpr std::uint32_t actions = 0x1FF;
constexpr std::uint32_t protocol = 0x1FFFFF;
constexpr std::size_t greeting_octets = 1 + 3 * sizeof(std::uint32_t);

std::unexpected<Trouble> failed(const std::string& name, int error) {
  return std::unexpected(Trouble{name + ": " + std::generic_category().message(error),
                                 error == EACCES || error == EPERM});
}

std::unexpected<Trouble> failed(const std::string& name, const std::string& what) {
  return std::unexpected(Trouble{name + ": " + what});
}

// A connection whose every step ends by the deadline.
class Connection {
 public:
  Connection(std::string name, base::Deadline deadline)
      : name_(std::move(name)), deadline_(deadline) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] Found<void> open(const sockaddr* address, socklen_t octets);
  [[nodiscard]] Found<void> send(std::string_view data);
  // At least one octet and at most `octets_max`; none when the other side closed.
  [[nodiscard]] Found<std::string> receive(std::size_t octets_max);
  // So many, or an error.
  [[nodiscard]] Found<std::string> receive_all(std::size_t octets);

 private:
  void close() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  [[nodiscard]] Found<void> wait_for(short events);

  const std::string name_;
  const base::Deadline deadline_;
  int descriptor_ = -1;
};

Found<void> Connection::wait_for(short events) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - std::chrono::steady_clock::now());
    pollfd wanted{.fd = descriptor_, .events = events, .revents = 0};
    const int ready = ::poll(&wanted, 1, std::max(0, static_cast<int>(left.count())));
    if (ready > 0) return {};
    if (ready == 0) return failed(name_, "no answer in time");
    if (errno != EINTR) return failed(name_, errno);
  }
}

Found<void> Connection::open(const sockaddr* address, socklen_t octets) {
  while (true) {
    close();
    descriptor_ = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0) return failed(name_, errno);
    if (::connect(descriptor_, address, octets) == 0) return {};
    // A Unix socket with too many connections nobody took yet.
    if (errno == EAGAIN && std::chrono::steady_clock::now() < deadline_) {
      std::this_thread::sleep_for(retry_pause);
      continue;
    }
    if (errno != EINPROGRESS) return failed(name_, errno);
    if (const auto ready = wait_for(POLLOUT); !ready) return ready;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return failed(name_, error);
    return {};
  }
}

Found<void> Connection::send(std::string_view data) {
  while (!data.empty()) {
    if (const auto ready = wait_for(POLLOUT); !ready) return ready;
    const ssize_t sent = ::send(descriptor_, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent < 0) return failed(name_, errno);
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Found<std::string> Connection::receive(std::size_t octets_max) {
  while (true) {
    if (const auto ready = wait_for(POLLIN); !ready) return std::unexpected(ready.error());
    std::string data(octets_max, '\0');
    const ssize_t received = ::recv(descriptor_, data.data(), data.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (received < 0) return failed(name_, errno);
    data.resize(static_cast<std::size_t>(received));
    return data;
  }
}

Found<std::string> Connection::receive_all(std::size_t octets) {
  std::string data;
  while (data.size() < octets) {
    const auto more = receive(octets - data.size());
    if (!more) return std::unexpected(more.error());
    if (more->empty()) return failed(name_, "it hangs up on us: is this a milter?");
    data += *more;
  }
  return data;
}

Found<void> open_unix(Connection& connection, const std::string& name, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failed(name, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  return connection.open(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

std::string without_brackets(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return std::string(host);
}

// The first address that answers.
Found<void> open_inet(Connection& connection, const std::string& name, std::string_view host,
                      std::string_view port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* all = nullptr;
  const int status =
      ::getaddrinfo(without_brackets(host).c_str(), std::string(port).c_str(), &hints, &all);
  if (status != 0) return failed(name, ::gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(all, &::freeaddrinfo);
  Found<void> opened = failed(name, "no address");
  for (const addrinfo* each = all; each != nullptr && !opened; each = each->ai_next)
    opened = connection.open(each->ai_addr, each->ai_addrlen);
  return opened;
}

Found<void> open_socket(Connection& connection, const std::string& socket) {
  const std::size_t colon = socket.find(':');
  const std::string rest = socket.substr(colon + 1);
  if (socket.starts_with("unix:")) return open_unix(connection, socket, rest);
  const std::size_t at = rest.find('@');
  if (at == std::string::npos) return failed(socket, "no address");
  return open_inet(connection, socket, std::string_view(rest).substr(at + 1),
                   std::string_view(rest).substr(0, at));
}

void append(std::string& out, std::uint32_t value) {
  const std::uint32_t network = htonl(value);
  char octets[sizeof network];
  std::memcpy(octets, &network, sizeof network);
  out.append(octets, sizeof octets);
}

std::uint32_t number_at(std::string_view data, std::size_t offset) {
  std::uint32_t network = 0;
  std::memcpy(&network, data.data() + offset, sizeof network);
  return ntohl(network);
}

}  // namespace

base::Result<std::uint32_t, Trouble> greet_milter(const std::string& socket,
                                                  base::Deadline deadline) {
  Connection connection(socket, deadline);
  if (const auto opened = open_socket(connection, socket); !opened) {
    return std::unexpected(opened.error());
  }
  std::string greeting;
  append(greeting, greeting_octets);
  greeting += 'O';  // SMFIC_OPTNEG
  for (const std::uint32_t number : {version, actions, protocol})
    append(greeting, number);
  if (const auto sent = connection.send(greeting); !sent) return std::unexpected(sent.error());
  const auto length = connection.receive_all(sizeof(std::uint32_t));
  if (!length) return std::unexpected(length.error());
  const std::size_t octets = number_at(*length, 0);
  if (octets < greeting_octets || octets > packet_octets_max) {
    return failed(socket, "this is no answer of a milter that wants mail");
  }
  const auto answer = connection.receive_all(octets);
  if (!answer) return std::unexpected(answer.error());
  if (answer->front() != 'O') return failed(socket, "this is no answer of a milter");
  std::string end;
  append(end, 1);
  end += 'Q';  // SMFIC_QUIT
  static_cast<void>(connection.send(end));
  return number_at(*answer, 1);
}

base::Result<std::string, Trouble> read_metrics(const std::string& address,
                                                base::Deadline deadline) {
  Connection connection(address, deadline);
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return failed(address, "no port");
  const std::string_view whole = address;
  if (const auto opened =
          open_inet(connection, address, whole.substr(0, colon), whole.substr(colon + 1));
      !opened) {
    return std::unexpected(opened.error());
  }
  const auto sent = connection.send("GET /metrics HTTP/1.0\r\nHost: " + address +
                                    "\r\nConnection: close\r\n\r\n");
  if (!sent) return std::unexpected(sent.error());
  std::string page;
  while (page.size() < page_octets_max) {
    const auto more = connection.receive(page_octets_max - page.size());
    if (!more) return std::unexpected(more.error());
    if (more->empty()) break;
    page += *more;
  }
  const std::size_t end = page.find("\r\n\r\n");
  // RFC 9112 section 4: "HTTP/1." one digit, a space, the status of three digits, a space.
  const bool good = page.starts_with("HTTP/1.") && page.find(" 200 ") == 8;
  if (!good || end == std::string::npos) {
    return failed(address, "this is no page of metrics");
  }
  return page.substr(end + 4);
}

}  // namespace cli
