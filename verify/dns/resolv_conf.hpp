#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "verify/dns/server_address.hpp"

namespace dns {

// The name servers of a resolv.conf(5).
struct ResolvConf {
  std::vector<ServerAddress> servers;
  std::vector<std::string> unreadable;  // What followed "nameserver" and is no address, printable.

  friend bool operator==(const ResolvConf&, const ResolvConf&) = default;
};

// Reads the "nameserver" lines, as many as c-ares and the C library would use at most; all else is
// about names that people type. Pure, total.
[[nodiscard]] ResolvConf parse_resolv_conf(std::string_view text);

// Watches one file. Of one thread.
class ResolvConfFile {
 public:
  explicit ResolvConfFile(std::filesystem::path file) : file_(std::move(file)) {}

  // What it holds now; empty when it cannot be read. Remembers which state of the file that was.
  [[nodiscard]] ResolvConf read();
  // True when it is not in the state it was read in: replaced, written to, gone or come back.
  [[nodiscard]] bool changed() const;

 private:
  struct Stamp {  // All zero: no file.
    std::uintmax_t device = 0;
    std::uintmax_t node = 0;
    std::intmax_t seconds = 0;
    std::intmax_t nanoseconds = 0;
    std::intmax_t octets = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  [[nodiscard]] Stamp stamp() const;

  std::filesystem::path file_;
  Stamp read_;
};

}  // namespace dns
