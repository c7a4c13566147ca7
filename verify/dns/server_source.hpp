#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "verify/dns/resolv_conf.hpp"
#include "verify/dns/server_address.hpp"

namespace dns {

// The servers to ask, in order.
struct ServerList {
  std::vector<ServerAddress> servers;  // At least one.
  std::string trouble;                 // What is wrong with the file, one line; or empty.
  bool is_guess = false;               // The file named none: 127.0.0.1, as for the C library.
};

// Where the addresses of the name servers come from: the configuration, or a resolv.conf that may
// change at any time. Used by one thread only; time is given and must not go back.
class ServerSource {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;  // Monotonic.

  // `configured` addresses win; without any, those of the file `resolv_conf` count.
  ServerSource(std::vector<std::string> configured, std::filesystem::path resolv_conf);

  // The servers as they are now. Fails on a configured server that is no address; a file that is
  // missing or names none is no failure, see ServerList.
  [[nodiscard]] base::Result<ServerList> read();
  // True when they are to be read again. Looks at the file once a second, not more often; never
  // true with configured servers.
  [[nodiscard]] bool changed(TimePoint now);

 private:
  const std::vector<std::string> configured_;  // Empty: the file counts.
  const std::filesystem::path path_;           // For messages.
  ResolvConfFile file_;
  TimePoint next_look_{};  // No look at the file before this.
};

// What an operator should hear of these servers, one line each: trouble with the file, and servers
// whose answers somebody on the way could forge. Empty when all is well.
[[nodiscard]] std::vector<std::string> advice(const ServerList& list);

}  // namespace dns
