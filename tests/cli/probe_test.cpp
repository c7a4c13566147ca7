#include "cli/probe.hpp"

#include <cstring>
#include <future>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

// A port of loopback where one connection is taken and answered with `answer`, whatever it says,
// once it has said something; without `takes` it is never taken.
class Server {
 public:
  explicit Server(std::string answer, bool takes = true) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (takes) thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::string milter() const {
    return "inet:" + std::to_string(port_) + "@127.0.0.1";
  }
  [[nodiscard]] std::string metrics() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() const {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    char said[512];
    static_cast<void>(::recv(connection, said, sizeof said, 0));
    static_cast<void>(::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL));
    ::shutdown(connection, SHUT_WR);
    while (::recv(connection, said, sizeof said, 0) > 0) {
    }
    ::close(connection);
  }

  const std::string answer_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

base::Deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

std::string packet(const std::string& body) {
  const std::uint32_t size = htonl(static_cast<std::uint32_t>(body.size()));
  std::string out(sizeof size, '\0');
  std::memcpy(out.data(), &size, sizeof size);
  return out + body;
}

}  // namespace

TEST_CASE("a milter that greets back is one", "[cli][probe]") {
  const Server server(packet(std::string("O\0\0\0\6\0\0\0\1\0\0\0\0", 13)));
  const auto version = cli::greet_milter(server.milter(), in(10s));
  REQUIRE(version);
  CHECK(*version == 6);
}

TEST_CASE("what answers otherwise is none", "[cli][probe]") {
  for (const std::string& answer :
       {std::string(), std::string("220 mx.example.org ESMTP\r\n"), packet("O"), packet("r"),
        packet(std::string(13, 'r')), packet(std::string("O\0\0", 3)), std::string("\0\0\0\15O", 5),
        std::string("\xff\xff\xff\xffO", 5)}) {
    const Server server(answer);
    const auto version = cli::greet_milter(server.milter(), in(10s));
    REQUIRE_FALSE(version);
    CHECK_THAT(version.error().what, Catch::StartsWith(server.milter()));
    CHECK_FALSE(version.error().forbidden);
  }
}

TEST_CASE("who accepts and says nothing is not waited for", "[cli][probe]") {
  const Server server("", false);
  const auto begin = std::chrono::steady_clock::now();
  const auto version = cli::greet_milter(server.milter(), in(100ms));
  const auto page = cli::read_metrics(server.metrics(), in(100ms));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  REQUIRE_FALSE(version);
  CHECK_THAT(version.error().what, Catch::Contains("no answer in time"));
  CHECK_FALSE(page);
}

TEST_CASE("a socket that is not there is named", "[cli][probe]") {
  const auto version = cli::greet_milter("unix:/nonexistent/postern.sock", in(1s));
  REQUIRE_FALSE(version);
  CHECK(version.error().what == "unix:/nonexistent/postern.sock: No such file or directory");
  CHECK_FALSE(cli::greet_milter("unix:/" + std::string(200, 'x'), in(1s)));
}

TEST_CASE("a page of metrics is what stands below its header", "[cli][probe]") {
  const Server server("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\na 1\nb 2\n");
  const auto page = cli::read_metrics(server.metrics(), in(10s));
  REQUIRE(page);
  CHECK(*page == "a 1\nb 2\n");
}

TEST_CASE("another page is none", "[cli][probe]") {
  for (const char* answer : {"", "HTTP/1.", "HTTP/1.1 404 Not Found\r\n\r\na 1\n",
                             "HTTP/1.1 200 OK\r\na 1\n", "SSH-2.0-OpenSSH\r\n\r\n"}) {
    const Server server(answer);
    CHECK_FALSE(cli::read_metrics(server.metrics(), in(10s)));
  }
  CHECK_FALSE(cli::read_metrics("127.0.0.1", in(1s)));
}
