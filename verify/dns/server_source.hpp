#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "verify/dns/resolv_conf.hpp"
#include "verify/dns/server_address.hpp"

namespace dns {

struct ServerList {
  std::vector<ServerAddress> servers;  // At least one.
  std::string trouble;                 // What is wrong with the file, one line; or empty.
  bool is_guess = false;               // The file named none: 127.0.0.1, as for the C library.
};

// Where the addresses of the name servers come from: the configuration, or a resolv.conf that may
// change at any time. Of one thread; time is given and must not go back.
class ServerSource {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  ServerSource(std::vector<std::string> configured, std::filesystem::path resolv_conf);

  // Fails on a configured server that is no address.
  [[nodiscard]] base::Result<ServerList> read();
  // True when they are to be read again. Looks at the file once a second, not more often.
  [[nodiscard]] bool changed(TimePoint now);

 private:
  const std::vector<std::string> configured_;
  const std::filesystem::path path_;
  ResolvConfFile file_;
  TimePoint next_look_{};
};

// What an operator should hear of these servers, one line each: those whose answers somebody on the
// way could forge.
[[nodiscard]] std::vector<std::string> advice(const ServerList& list);

}  // namespace dns
