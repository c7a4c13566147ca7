#include "config/socket.hpp"

#include <string>

#include <catch2/catch.hpp>

TEST_CASE("a milter socket may be spelled as Sendmail or Postfix do", "[config]") {
  struct Row {
    std::string in;
    std::string out;
    bool reaches_beyond_host;
  };
  const Row rows[] = {
      {"unix:/run/postern/postern.sock", "unix:/run/postern/postern.sock", false},
      {"local:/run/postern/postern.sock", "unix:/run/postern/postern.sock", false},
      {"/run/postern/postern.sock", "unix:/run/postern/postern.sock", false},
      {"inet:8893@127.0.0.1", "inet:8893@127.0.0.1", false},
      {"inet:127.0.0.1:8893", "inet:8893@127.0.0.1", false},
      {"inet:8893@[127.0.0.1]", "inet:8893@127.0.0.1", false},
      {"inet:localhost:8893", "inet:8893@localhost", false},
      {"inet6:8893@::1", "inet6:8893@[::1]", false},
      {"inet6:8893@[::1]", "inet6:8893@[::1]", false},
      {"inet:[::1]:8893", "inet6:8893@[::1]", false},
      {"inet6:[::1]:8893", "inet6:8893@[::1]", false},
      {"inet:8893@192.0.2.1", "inet:8893@192.0.2.1", true},
      {"inet:0.0.0.0:8893", "inet:8893@0.0.0.0", true},
      {"inet6:8893@mx.example.org", "inet6:8893@mx.example.org", true},
      {"inet6:8893@[2001:db8::1]", "inet6:8893@[2001:db8::1]", true},
  };
  for (const Row& row : rows) {
    INFO(row.in);
    const auto socket = config::milter_socket(row.in);
    REQUIRE(socket);
    CHECK(*socket == row.out);
    CHECK(config::milter_socket(*socket) == row.out);
    CHECK(config::reaches_beyond_host(*socket) == row.reaches_beyond_host);
  }
}

TEST_CASE("what is no milter socket is refused with both spellings", "[config]") {
  for (const std::string text :
       {"", "postern.sock", "unix:postern.sock", "unix:", "inet:", "inet:8893", "inet:127.0.0.1",
        "inet:0@127.0.0.1", "inet:65536@127.0.0.1", "inet:x@127.0.0.1", "inet:8893@",
        "inet:8893@a b", "inet:::1:8893", "inet6:::1:8893", "inet6:8893@127.0.0.1", "tcp:1:2",
        "inet:127.0.0.1:8893@127.0.0.1", "inet:000000001@127.0.0.1", "unix:/a\nb"}) {
    INFO(text);
    const auto socket = config::milter_socket(text);
    REQUIRE_FALSE(socket);
    CHECK(socket.error().what.contains("inet:8893@127.0.0.1"));
    CHECK(socket.error().what.contains("inet:127.0.0.1:8893"));
    CHECK_FALSE(socket.error().what.contains('\n'));
  }
  CHECK(config::milter_socket("/" + std::string(106, 'a')));
  CHECK_FALSE(config::milter_socket("/" + std::string(107, 'a')));
}

TEST_CASE("an address to listen on is address and port", "[config]") {
  for (const char* text : {"127.0.0.1:9893", "[::1]:9893", "localhost:1"}) {
    CHECK(config::listen_address(text) == text);
  }
  for (const char* text : {"", ":9893", "9893", "127.0.0.1", "127.0.0.1:0", "::1:9893", "[::1]",
                           "[127.0.0.1]:1", "a b:1"}) {
    INFO(text);
    CHECK_FALSE(config::listen_address(text));
  }
}
