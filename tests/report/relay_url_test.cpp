#include "report/relay_url.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a server of this machine is told from others", "[report]") {
  for (const char* url : {"smtp://127.0.0.1:25", "smtp://127.1.2.3", "smtps://[::1]:465",
                          "smtp://localhost", "smtp://LOCALHOST:25"})
    CHECK(report::is_loopback(url));
  for (const char* url : {"smtp://127.evil.example", "smtp://192.0.2.1", "smtp://localhost.example",
                          "smtp://[2001:db8::1]:25", "smtp://mail.example", "127.0.0.1", ""})
    CHECK_FALSE(report::is_loopback(url));
}
